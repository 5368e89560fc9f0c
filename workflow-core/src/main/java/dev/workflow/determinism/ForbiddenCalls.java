package dev.workflow.determinism;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The calls of the JDK and of libraries that workflow code may not make. An entry names
 * classes and methods; {@code *} stands for any part of a name.
 */
final class ForbiddenCalls {

    private static final Predicate<String> NO_ARGUMENTS = (descriptor) -> descriptor.startsWith("()");

    private static final Predicate<String> WITHOUT_CLOCK = (descriptor) -> !descriptor.contains("Ljava/time/Clock;");

    private static final Predicate<String> TIMED = (descriptor) -> descriptor
        .contains("Ljava/util/concurrent/TimeUnit;");

    private static final Predicate<String> WITHOUT_RANDOM = (descriptor) -> !descriptor.contains("Random");

    private static final List<Entry> ENTRIES = List.of(
            // Time
            entry(Rule.CLOCK, "java/lang/System", "currentTimeMillis nanoTime"),
            entry(Rule.CLOCK, "java/time/(Instant|Local*|Zoned*|Offset*|Year|YearMonth|MonthDay)", "now",
                    WITHOUT_CLOCK),
            entry(Rule.CLOCK, "java/time/chrono/*Date", "now", WITHOUT_CLOCK),
            entry(Rule.CLOCK, "java/time/Clock", "system* tickMillis tickSeconds tickMinutes"),
            entry(Rule.CLOCK, "java/time/InstantSource", "system"),
            entry(Rule.CLOCK, "java/util/(Date|GregorianCalendar)", "<init>", NO_ARGUMENTS),
            entry(Rule.CLOCK, "java/util/Calendar", "getInstance"),
            entry(Rule.CLOCK, "org/springframework/util/StopWatch", "start stop"),
            // Randomness
            entry(Rule.RANDOM, "java/lang/(Math|StrictMath)", "random"),
            entry(Rule.RANDOM, "java/util/(Random|SplittableRandom)", "<init>", NO_ARGUMENTS),
            entry(Rule.RANDOM, "java/security/SecureRandom", "*"),
            entry(Rule.RANDOM, "java/util/concurrent/ThreadLocalRandom", "*"),
            entry(Rule.RANDOM, "java/util/random/RandomGenerator", "getDefault of"),
            entry(Rule.RANDOM, "java/util/random/RandomGeneratorFactory", "create", NO_ARGUMENTS),
            entry(Rule.RANDOM, "java/util/Collections", "shuffle", WITHOUT_RANDOM),
            entry(Rule.RANDOM, "org/apache/commons/lang3/RandomStringUtils", "*"),
            entry(Rule.UUID, "java/util/UUID", "randomUUID"),
            entry(Rule.UUID, "org/springframework/util/(IdGenerator|AlternativeJdkIdGenerator|JdkIdGenerator)",
                    "generateId"),
            entry(Rule.ENVIRONMENT, "java/lang/System", "getenv getProperty getProperties"),
            entry(Rule.ENVIRONMENT, "java/lang/(Boolean|Integer|Long)", "getBoolean getInteger getLong"),
            entry(Rule.ENVIRONMENT, "java/lang/Runtime", "availableProcessors freeMemory totalMemory maxMemory"),
            entry(Rule.ENVIRONMENT, "java/time/ZoneId", "systemDefault"),
            // Threads
            entry(Rule.THREADS, "java/lang/Thread", "<init> start startVirtualThread ofVirtual ofPlatform"),
            entry(Rule.THREADS, "java/lang/Thread$Builder*", "*"),
            entry(Rule.THREADS, "java/util/concurrent/Executors", "new*"),
            entry(Rule.THREADS, "java/util/concurrent/(Executor|*ExecutorService|*PoolExecutor|*CompletionService)",
                    "<init> execute submit invoke* schedule*"),
            entry(Rule.THREADS, "java/util/concurrent/ForkJoin*", "*"),
            entry(Rule.THREADS, "java/util/concurrent/StructuredTaskScope*", "*"),
            entry(Rule.THREADS, "java/util/concurrent/Completable*",
                    "*Async delayedExecutor orTimeout completeOnTimeout"),
            entry(Rule.THREADS, "java/util/concurrent/CompletionStage", "*Async"),
            entry(Rule.THREADS, "java/util/Timer", "*"),
            entry(Rule.THREADS, "org/springframework/core/task/*Executor", "*"),
            entry(Rule.THREADS, "org/springframework/scheduling/*(Executor|Scheduler)", "*"),
            entry(Rule.PARALLEL_STREAM, "*", "parallelStream", (descriptor) -> descriptor.endsWith("Stream;")),
            entry(Rule.PARALLEL_STREAM, "java/util/stream/*Stream", "parallel"),
            entry(Rule.PARALLEL_STREAM, "java/util/Arrays", "parallel*"),
            // Waiting
            entry(Rule.BLOCKING, "java/lang/Thread", "sleep join"),
            entry(Rule.BLOCKING, "java/util/concurrent/TimeUnit", "sleep timedWait timedJoin"),
            entry(Rule.BLOCKING, "java/lang/Object", "wait notify notifyAll"),
            entry(Rule.BLOCKING, "java/util/concurrent/*Blocking(Queue|Deque)", "put* take*"),
            entry(Rule.BLOCKING, "java/util/concurrent/*Blocking(Queue|Deque)", "poll* offer*", TIMED),
            entry(Rule.BLOCKING, "java/util/concurrent/(SynchronousQueue|DelayQueue|*TransferQueue)",
                    "put take transfer"),
            entry(Rule.BLOCKING, "java/util/concurrent/locks/*", "lock* await* park*"),
            entry(Rule.BLOCKING, "java/util/concurrent/locks/*", "tryLock tryReadLock tryWriteLock", TIMED),
            entry(Rule.BLOCKING, "java/util/concurrent/locks/StampedLock", "readLock writeLock"),
            entry(Rule.BLOCKING, "java/util/concurrent/(CountDownLatch|CyclicBarrier)", "await"),
            entry(Rule.BLOCKING, "java/util/concurrent/Phaser", "await* arriveAndAwaitAdvance"),
            entry(Rule.BLOCKING, "java/util/concurrent/Exchanger", "exchange"),
            entry(Rule.BLOCKING, "java/util/concurrent/Semaphore", "acquire*"),
            entry(Rule.BLOCKING, "java/util/concurrent/Semaphore", "tryAcquire", TIMED),
            entry(Rule.BLOCKING, "java/util/concurrent/(Future|FutureTask|CompletableFuture)", "get join"),
            entry(Rule.BLOCKING, "reactor/core/publisher/(Mono|Flux)", "block*"),
            // Input and output
            entry(Rule.IO, "java/io/File(Input|Output)Stream", "<init>"),
            entry(Rule.IO, "java/io/File(Reader|Writer)", "<init>"),
            entry(Rule.IO, "java/io/RandomAccessFile", "<init>"),
            entry(Rule.IO, "java/io/File",
                    "exists can* isFile isDirectory isHidden length last* list* create* delete* mkdir* renameTo set*"),
            entry(Rule.IO, "java/nio/file/Files", "*"),
            entry(Rule.IO, "java/nio/channels/*", "open* read write connect send receive"),
            entry(Rule.IO, "java/net/(Socket|ServerSocket|DatagramSocket|MulticastSocket|*URLConnection)", "*"),
            entry(Rule.IO, "java/net/URL", "openStream openConnection getContent"),
            entry(Rule.IO, "java/net/Inet*Address", "getByName getAllByName getLocalHost isReachable"),
            entry(Rule.IO, "java/net/http/HttpClient", "*"), entry(Rule.IO, "java/lang/(ProcessBuilder|Process)", "*"),
            entry(Rule.IO, "java/lang/Runtime", "exec"),
            entry(Rule.IO, "org/springframework/web/client/(RestTemplate|RestOperations|RestClient*)", "*"),
            entry(Rule.IO, "org/springframework/web/reactive/function/client/WebClient*", "*"),
            entry(Rule.IO, "org/springframework/mail/*Sender*", "*"),
            entry(Rule.IO, "org/springframework/(kafka|jms|amqp|integration|data/redis)/*(Template|Operations|Sender)",
                    "*"),
            entry(Rule.IO, "org/springframework/context/ApplicationEventPublisher", "publishEvent"),
            entry(Rule.IO, "okhttp3/(OkHttpClient|Call)", "*"),
            // Databases
            entry(Rule.DATABASE, "java/sql/(Connection|*Statement|ResultSet|DriverManager|Driver)", "*"),
            entry(Rule.DATABASE, "javax/sql/*", "*"),
            entry(Rule.DATABASE,
                    "org/springframework/jdbc/*(Template|Operations|JdbcClient*|SimpleJdbc*|DataSourceUtils)", "*"),
            entry(Rule.DATABASE, "jakarta/persistence/(EntityManager*|*Query|EntityTransaction)", "*"),
            entry(Rule.DATABASE, "org/hibernate/(*Session|SessionFactory|Transaction|query/*Query)", "*"),
            entry(Rule.DATABASE, "org/springframework/data/*Repository", "*"),
            entry(Rule.DATABASE, "org/springframework/data/(mongodb|r2dbc|elasticsearch)/*(Template|Operations)", "*"),
            entry(Rule.DATABASE, "org/jooq/DSLContext", "*"),
            entry(Rule.TRANSACTION, "org/springframework/transaction/support/Transaction(Template|Operations)", "*"),
            entry(Rule.TRANSACTION, "org/springframework/transaction/*TransactionManager", "*"));

    private final Map<String, Optional<Rule>> known = new HashMap<>();

    /** The rule that a call of this method breaks; null: none. */
    @Nullable Rule rule(String owner, String name, String descriptor) {
        return this.known
            .computeIfAbsent(owner + "." + name + descriptor,
                    (key) -> ENTRIES.stream()
                        .filter((entry) -> entry.matches(owner, name, descriptor))
                        .map(Entry::rule)
                        .findFirst())
            .orElse(null);
    }

    private static Entry entry(Rule rule, String owner, String methods) {
        return entry(rule, owner, methods, (descriptor) -> true);
    }

    private static Entry entry(Rule rule, String owner, String methods, Predicate<String> descriptor) {
        return new Entry(rule, pattern(owner), pattern("(" + methods.replace(' ', '|') + ")"), descriptor);
    }

    private static Pattern pattern(String text) {
        return Pattern.compile(text.replace("$", "\\$").replace("*", ".*"));
    }

    private record Entry(Rule rule, Pattern owner, Pattern method, Predicate<String> descriptor) {

        boolean matches(String ownerName, String name, String methodDescriptor) {
            return this.method.matcher(name).matches() && this.owner.matcher(ownerName).matches()
                    && this.descriptor.test(methodDescriptor);
        }

    }

}
