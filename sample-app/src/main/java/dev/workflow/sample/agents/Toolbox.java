package dev.workflow.sample.agents;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.workflow.Activity;
import dev.workflow.Retry;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.sample.input.Expect;
import dev.workflow.sample.input.InvalidInputException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** Uses tools. What they change is in the application's own tables: exactly once. */
@Activity(startToCloseTimeout = "30s", retry = @Retry(maximumAttempts = 5))
public class Toolbox {

    private static final int MAX_NAME_LENGTH = 100;

    private static final int MAX_TEXT_LENGTH = 2_000;

    private static final Pattern CALCULATION = Pattern
        .compile("\\s*(-?\\d{1,15}(?:\\.\\d{1,15})?)\\s*([-+*/])\\s*(-?\\d{1,15}(?:\\.\\d{1,15})?)\\s*");

    private final JdbcClient jdbc;

    Toolbox(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Uses a tool and returns what the model shall know of it. */
    @Transactional
    public String use(Tool tool, String argument) {
        try {
            return switch (tool) {
                case CALCULATE -> calculate(argument);
                case READ -> read(name(argument));
                case WRITE -> write(argument);
                case DELETE -> delete(name(argument));
            };
        }
        catch (InvalidInputException | ArithmeticException ex) {
            throw ApplicationFailure.nonRetryable(ex.getMessage(), "InvalidArgument");
        }
    }

    private static String calculate(String argument) {
        Matcher parts = CALCULATION.matcher(argument);
        if (!parts.matches()) {
            throw new InvalidInputException("calculate", "two numbers and one of + - * / between them", argument);
        }
        BigDecimal left = new BigDecimal(parts.group(1));
        BigDecimal right = new BigDecimal(parts.group(3));
        BigDecimal result = switch (parts.group(2)) {
            case "+" -> left.add(right);
            case "-" -> left.subtract(right);
            case "*" -> left.multiply(right);
            default -> left.divide(right, MathContext.DECIMAL64);
        };
        return result.toPlainString();
    }

    private String read(String name) {
        return this.jdbc.sql("select text from note where name = ?")
            .param(name)
            .query(String.class)
            .optional()
            .orElse("there is no note " + name);
    }

    private String write(String argument) {
        int space = argument.indexOf(' ');
        String name = name((space < 0) ? "" : argument.substring(0, space));
        String text = Expect.text("text", argument.substring(space + 1), MAX_TEXT_LENGTH);
        this.jdbc.sql("""
                insert into note (name, text) values (?, ?) on conflict (name) do update set text = excluded.text
                """).params(name, text).update();
        return "wrote " + name;
    }

    private String delete(String name) {
        int deleted = this.jdbc.sql("delete from note where name = ?").param(name).update();
        return (deleted > 0) ? "deleted " + name : "there is no note " + name;
    }

    private static String name(String name) {
        return Expect.text("name", name, MAX_NAME_LENGTH);
    }

}
