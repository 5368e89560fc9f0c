package dev.workflow.client;

/** What the interfaces have and this version of the engine has not. */
final class UnsupportedCapability extends UnsupportedOperationException {

    private UnsupportedCapability(String what) {
        super(what + " are not part of this version of the engine.");
    }

    static UnsupportedCapability batches() {
        return new UnsupportedCapability("Batch operations");
    }

}
