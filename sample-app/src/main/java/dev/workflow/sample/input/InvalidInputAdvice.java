package dev.workflow.sample.input;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers invalid input of the demo's controllers with status 400. */
@RestControllerAdvice("dev.workflow.sample")
class InvalidInputAdvice {

    @ExceptionHandler
    ProblemDetail refuse(InvalidInputException ex) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, ex.getMessage());
    }

}
