package dev.workflow;

import java.time.Instant;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.workflow.history.EventCodec;
import dev.workflow.history.HistoryEvent;
import dev.workflow.visibility.SearchAttributes;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * The arrows between the rooms of the core: each test is one of them.
 */
class ArchitectureTests {

    private static final String ROOT = "dev.workflow";

    private static final JavaClasses CORE = new ClassFileImporter()
        .withImportOption((ImportOption) (location) -> !location.contains("test-classes"))
        .importPackages(ROOT);

    @Test
    void coreKnowsNeitherBootNorHttp() {
        check(noClasses().should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.boot..", "org.springframework.web..", "org.springframework.http..",
                    "jakarta.servlet.."));
    }

    @Test
    void whatWorkflowCodeSeesKnowsNothingOfItsExecution() {
        check(noClasses().that()
            .resideInAPackage(ROOT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(in("replay"), in("engine"), in("store"), in("worker"), in("client")));
    }

    @Test
    void historyKnowsOnlyValuesAndFailures() {
        check(noClasses().that()
            .resideInAPackage(in("history"))
            .should()
            .dependOnClassesThat(resideInAPackage(ROOT + "..")
                .and(resideOutsideOfPackages(ROOT, in("history"), in("payload"), in("failure")))));
    }

    @Test
    void replayKnowsNothingOfWhatCarriesItOut() {
        check(noClasses().that()
            .resideInAPackage(in("replay"))
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage(in("engine"), in("store"), in("worker"), in("client"), in("visibility"))
                        .and(not(type(SearchAttributes.class)))));
    }

    @Test
    void replayDoesNoInputOrOutput() {
        check(noClasses().that()
            .resideInAPackage(in("replay"))
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.sql..", "javax.sql..", "java.net..", "jakarta.persistence..",
                    "org.hibernate..", "org.postgresql..")
                .or(resideInAPackage("org.springframework..")
                    .and(resideOutsideOfPackages("org.springframework.core", "org.springframework.util..")))));
    }

    @Test
    void engineKnowsTheStoreOnlyByTheInterfaceItDeclares() {
        check(noClasses().that()
            .resideInAPackage(in("engine"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(in("store"), in("worker")));
    }

    @Test
    void storeServesTheEngineAlone() {
        check(noClasses().that()
            .resideInAnyPackage(ROOT, in("client"), in("worker"), in("payload"), in("failure"), in("interceptor"),
                    in("visibility"), in("batch"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(in("store")));
    }

    @Test
    void onlyTheStoreKnowsPersistence() {
        check(noClasses().that()
            .resideOutsideOfPackage(in("store"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jakarta.persistence..", "org.hibernate..", "org.springframework.data.."));
    }

    /** Native queries of a session flush it, and empty the host's second-level cache. */
    @Test
    void hotStatementsGoToTheConnectionAndNotThroughASession() {
        check(noClasses().should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "jakarta\\.persistence\\.(EntityManager|EntityManagerFactory|Query)|org\\.hibernate\\.Session"));
    }

    /** Else a payload would reach a table without having been encoded. */
    @Test
    void eventsAreStoredThroughTheCodecsOnly() {
        check(noClasses().that()
            .resideInAnyPackage(in("engine"), in("store"))
            .should()
            .callMethod(EventCodec.class, "encode", HistoryEvent.class));
        check(noClasses().that()
            .resideInAnyPackage(in("engine"), in("store"))
            .should()
            .callMethod(EventCodec.class, "decode", long.class, Instant.class, String.class, int.class, String.class));
    }

    /** It reads class files; what runs workflows neither knows it nor is known by it. */
    @Test
    void determinismCheckKnowsOnlyWhatWorkflowCodeSees() {
        check(noClasses().that()
            .resideInAPackage(in("determinism"))
            .should()
            .dependOnClassesThat(resideInAPackage(ROOT + "..").and(resideOutsideOfPackages(ROOT, in("determinism")))));
        check(noClasses().that()
            .resideOutsideOfPackage(in("determinism"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(in("determinism")));
    }

    @Test
    void onlyListsKnowTheirGrammar() {
        check(noClasses().that()
            .resideOutsideOfPackage(in("visibility"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(in("visibility.grammar"), "org.antlr.."));
    }

    private static String in(String room) {
        return ROOT + "." + room + "..";
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CORE);
    }

}
