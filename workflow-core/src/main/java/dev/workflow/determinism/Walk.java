package dev.workflow.determinism;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import dev.workflow.determinism.Call.Kind;
import dev.workflow.determinism.Step.Reach;
import dev.workflow.determinism.Value.Use;
import org.jspecify.annotations.Nullable;

/**
 * Goes from the methods of one workflow through everything in the application that they
 * may call, breadth first, so that each finding has a shortest path. A call of an
 * interface or of a method that can be overridden leads to the classes that the way so
 * far has made instances of, and to the beans that implement it.
 */
final class Walk {

    private final Class<?> workflow;

    private final ClassFiles files;

    private final Hierarchy hierarchy;

    private final Function<String, Collection<String>> beans;

    private final CallRules rules;

    private final Set<String> own;

    private final Deque<Step> queue = new ArrayDeque<>();

    private final Set<Visit> visited = new HashSet<>();

    private final Set<String> instantiated = new LinkedHashSet<>();

    private final List<Site> sites = new ArrayList<>();

    private final Map<List<Object>, Finding> findings = new LinkedHashMap<>();

    /**
     * A walk.
     * @param workflow the class to begin with
     * @param files the class files
     * @param hierarchy what classes are
     * @param beans the classes of the beans that implement a type, by internal names
     * @param rules what is looked for
     */
    Walk(Class<?> workflow, ClassFiles files, Hierarchy hierarchy, Function<String, Collection<String>> beans,
            CallRules rules) {
        this.workflow = workflow;
        this.files = files;
        this.hierarchy = hierarchy;
        this.beans = beans;
        this.rules = rules;
        this.own = hierarchy.supertypes(WorkflowCode.internalName(workflow));
    }

    List<Finding> findings() {
        String name = WorkflowCode.internalName(this.workflow);
        this.instantiated.add(name);
        new WorkflowCode(this.workflow, this.files, this.hierarchy).forEach(this::enter);
        while (!this.queue.isEmpty()) {
            visit(this.queue.removeFirst());
        }
        return List.copyOf(this.findings.values());
    }

    private void visit(Step step) {
        MethodCode method = step.method();
        method.guards().forEach((guard) -> {
            Call unreachable = this.rules.unreachable(method, guard, this.own);
            if (unreachable != null) {
                report(step, Rule.UNREACHABLE_CATCH, guard.line(),
                        simpleName(guard.exception()) + " of " + unreachable.display());
            }
        });
        for (Value.Created created : method.created()) {
            if (created.use() == Use.CALLED || created.use() == Use.OTHER_THREAD) {
                instantiate(created, step);
            }
        }
        for (Value.Lambda lambda : method.lambdas()) {
            followLambda(step, lambda);
        }
        for (Call call : method.calls()) {
            follow(new Site(step, call, false, step.monitor() || method.isSynchronizedAt(call.index()), step.reach()));
        }
    }

    private void followLambda(Step step, Value.Lambda lambda) {
        Call call = lambda.target();
        boolean monitor = step.monitor() || step.method().isSynchronizedAt(call.index());
        switch (lambda.use()) {
            case CALLED -> follow(new Site(step, call, true, monitor, step.reach()));
            case OTHER_THREAD -> follow(new Site(step, call, true, false, step.reach()));
            case QUERY -> follow(new Site(step, call, true, false, Reach.UNRECORDED));
            case SIDE_EFFECT, RECORDED -> {
                // Nothing of it is repeated.
            }
        }
    }

    private void follow(Site site) {
        Call call = site.call();
        if (this.rules.isStub(call, this.own)) {
            reportPinned(site);
            return;
        }
        Rule rule = this.rules.broken(call, this.own);
        if (rule != null) {
            report(site.step(), site.reach(), rule, call.line(), this.rules.display(call));
        }
        else if (Waiting.waits(call)) {
            reportPinned(site);
        }
        if (rule == null && this.files.isApplication(call.owner())) {
            targets(site).forEach((target) -> enter(site, target));
        }
    }

    private Set<MethodCode> targets(Site site) {
        Call call = site.call();
        Set<MethodCode> targets = new LinkedHashSet<>();
        if (call.kind() == Kind.VIRTUAL && this.own.contains(call.owner())) {
            addTarget(targets, WorkflowCode.internalName(this.workflow), call);
            return targets;
        }
        addTarget(targets, call.owner(), call);
        if (call.kind() == Kind.VIRTUAL) {
            this.sites.add(site);
            this.instantiated.stream()
                .filter((type) -> this.hierarchy.isSubtype(type, call.owner()))
                .forEach((type) -> addTarget(targets, type, call));
            ClassCode owner = this.files.find(call.owner());
            if (owner != null && owner.isAbstract()) {
                this.beans.apply(call.owner()).forEach((type) -> addTarget(targets, type, call));
            }
        }
        return targets;
    }

    private void addTarget(Set<MethodCode> targets, String type, Call call) {
        MethodCode target = this.hierarchy.method(type, call.name(), call.descriptor());
        if (target != null) {
            targets.add(target);
        }
    }

    private void enter(Site site, MethodCode target) {
        Call call = site.call();
        if (call.kind() == Kind.VIRTUAL && this.hierarchy.isActivity(target.type().name())) {
            reportPinned(site);
            return;
        }
        Rule rule = this.rules.brokenBy(call, target);
        if (rule != null) {
            report(site.step(), site.reach(), rule, call.line(), this.rules.display(call));
            return;
        }
        enter(new Step(target, site.step(), call.line(), site.lambda(), site.monitor(), site.reach()));
    }

    private void enter(Step step) {
        MethodCode method = step.method();
        if (!method.type().isApplication() || method.isAbstract() || isIgnored(step)
                || !this.visited.add(new Visit(method, step.monitor(), step.reach()))) {
            return;
        }
        this.queue.add(step);
    }

    private boolean isIgnored(Step step) {
        String ofMethod = step.method().ignored();
        String ofType = step.method().type().ignored();
        if (ofMethod != null && ofMethod.isBlank()) {
            reportAt(step, step.at(step.method().line()), Rule.IGNORED_WITHOUT_REASON, "@DeterminismIgnored");
        }
        if (ofType != null && ofType.isBlank()) {
            CodePlace place = new CodePlace(step.method().type().displayName(), "", null, 0);
            reportAt(step, place, Rule.IGNORED_WITHOUT_REASON, "@DeterminismIgnored");
        }
        return (ofMethod != null && !ofMethod.isBlank()) || (ofType != null && !ofType.isBlank());
    }

    /** Something new that may be the receiver of calls, also of those in the JDK. */
    private void instantiate(Value.Created created, Step step) {
        String type = created.type();
        if (!this.files.isApplication(type) || !this.instantiated.add(type)) {
            return;
        }
        for (Site site : List.copyOf(this.sites)) {
            if (this.hierarchy.isSubtype(type, site.call().owner())) {
                Set<MethodCode> targets = new LinkedHashSet<>();
                addTarget(targets, type, site.call());
                targets.forEach((target) -> enter(site, target));
            }
        }
        for (MethodCode callback : this.hierarchy.callbacks(type)) {
            enter(new Step(callback, step, created.line(), false, step.monitor(), step.reach()));
        }
    }

    private void reportPinned(Site site) {
        if (site.monitor() && this.rules.isPinning()) {
            report(site.step(), site.reach(), Rule.PINNED, site.call().line(), this.rules.display(site.call()));
        }
    }

    private void report(Step step, Rule rule, int line, String what) {
        report(step, step.reach(), rule, line, what);
    }

    private void report(Step step, Reach reach, Rule rule, int line, String what) {
        if (reach.counts(rule)) {
            reportAt(step, step.at(line), rule, what);
        }
    }

    private void reportAt(Step step, CodePlace place, Rule rule, String what) {
        this.findings.putIfAbsent(List.of(rule, place), new Finding(this.workflow, rule, place, what, step.path()));
    }

    private static String simpleName(@Nullable String type) {
        return (type != null) ? type.substring(type.lastIndexOf('/') + 1).replace('$', '.') : "";
    }

    private record Visit(MethodCode method, boolean monitor, Reach reach) {
    }

    /**
     * A call on the way.
     *
     * @param step the method that makes it
     * @param call the call
     * @param lambda whether it is made through a lambda or method reference
     * @param monitor whether a monitor is held
     * @param reach which rules count
     */
    private record Site(Step step, Call call, boolean lambda, boolean monitor, Reach reach) {
    }

}
