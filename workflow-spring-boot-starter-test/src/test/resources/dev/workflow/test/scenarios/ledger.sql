create table booking (
    key  text not null,
    slot text not null,
    constraint booking_slot unique (slot) deferrable initially deferred
);
