package dev.workflow.visibility;

import java.util.List;
import java.util.function.Function;

import dev.workflow.visibility.Condition.Operator;
import dev.workflow.visibility.grammar.ListQueryParser;
import dev.workflow.visibility.grammar.ListQueryParser.ComparisonContext;
import dev.workflow.visibility.grammar.ListQueryParser.ConditionContext;
import dev.workflow.visibility.grammar.ListQueryParser.ConjunctionContext;
import dev.workflow.visibility.grammar.ListQueryParser.MembershipContext;
import dev.workflow.visibility.grammar.ListQueryParser.NegationContext;
import dev.workflow.visibility.grammar.ListQueryParser.NullTestContext;
import dev.workflow.visibility.grammar.ListQueryParser.PrefixContext;
import dev.workflow.visibility.grammar.ListQueryParser.RangeContext;
import dev.workflow.visibility.grammar.ListQueryParser.TestContext;
import org.antlr.v4.runtime.tree.ParseTree;

/** Reads the condition of a parsed query, rule by rule of the grammar. */
final class ConditionReader {

    private ConditionReader() {
    }

    static Condition read(ConditionContext condition) {
        return joined(condition.conjunction().stream().map(ConditionReader::conjunction).toList(), Condition.Or::new);
    }

    private static Condition conjunction(ConjunctionContext conjunction) {
        return joined(conjunction.negation().stream().map(ConditionReader::negation).toList(), Condition.And::new);
    }

    private static Condition joined(List<Condition> parts, Function<List<Condition>, Condition> join) {
        return (parts.size() == 1) ? parts.getFirst() : join.apply(parts);
    }

    private static Condition negation(NegationContext negation) {
        Condition part = (negation.test() != null) ? test(negation.test()) : read(negation.condition());
        return negated(negation.NOT() != null, part);
    }

    private static Condition test(TestContext test) {
        Field field = Field.of(test.field());
        ParseTree relation = test.getChild(test.getChildCount() - 1);
        return negated(test.NOT() != null, switch (relation) {
            case ComparisonContext comparison -> comparison(field, comparison);
            case NullTestContext nullTest -> negated(nullTest.NOT() != null, new Condition.IsNull(field));
            case MembershipContext membership ->
                new Condition.In(field, membership.value().stream().map(Literal::of).toList());
            case RangeContext range ->
                new Condition.Between(field, Literal.of(range.value(0)), Literal.of(range.value(1)));
            case PrefixContext prefix -> new Condition.StartsWith(field, Literal.of(prefix.value()));
            default -> throw new IllegalStateException("The grammar has no such relation: " + relation);
        });
    }

    private static Condition comparison(Field field, ComparisonContext comparison) {
        Operator operator = switch (comparison.getStart().getType()) {
            case ListQueryParser.LESS -> Operator.LESS;
            case ListQueryParser.LESS_OR_EQUAL -> Operator.LESS_OR_EQUAL;
            case ListQueryParser.GREATER -> Operator.GREATER;
            case ListQueryParser.GREATER_OR_EQUAL -> Operator.GREATER_OR_EQUAL;
            default -> Operator.EQUAL;
        };
        return negated(comparison.NOT_EQUAL() != null,
                new Condition.Compare(field, operator, Literal.of(comparison.value())));
    }

    private static Condition negated(boolean negated, Condition condition) {
        return negated ? new Condition.Not(condition) : condition;
    }

}
