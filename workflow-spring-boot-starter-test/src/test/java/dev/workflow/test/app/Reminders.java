package dev.workflow.test.app;

import org.springframework.data.jpa.repository.JpaRepository;

interface Reminders extends JpaRepository<Reminder, String> {

}
