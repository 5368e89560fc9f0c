package dev.workflow.cookbook.safemessages;

import dev.workflow.Activity;

@Activity(startToCloseTimeout = "30s")
public class Cashier {

    public String charge(int seat, String customer) {
        return customer + " paid for seat " + seat;
    }

}
