package dev.workflow.cookbook;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** All recipes in one application, so that their tests share one context. */
@SpringBootApplication
class CookbookApplication {

}
