package dev.workflow.worker;

import java.util.List;

import dev.workflow.Activity;
import org.aopalliance.intercept.MethodInterceptor;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.data.repository.Repository;
import org.springframework.transaction.interceptor.TransactionalProxy;

/**
 * Makes a proxy as Spring Data does: its target has nothing of the annotated interface.
 */
final class EntriesFactoryBean implements FactoryBean<EntriesFactoryBean.Entries> {

    @Override
    public Entries getObject() {
        ProxyFactory factory = new ProxyFactory();
        factory.setTarget(new SimpleEntries());
        factory.setInterfaces(Entries.class, Repository.class, TransactionalProxy.class);
        factory.addAdvice((MethodInterceptor) (invocation) -> ((SimpleEntries) invocation.getThis())
            .add((Entry) invocation.getArguments()[0]));
        return (Entries) factory.getProxy();
    }

    @Override
    public Class<?> getObjectType() {
        return Entries.class;
    }

    record Entry(String text) {
    }

    @Activity
    interface Entries extends Repository<Entry, Long> {

        List<Entry> save(Entry entry);

    }

    static class SimpleEntries {

        List<Entry> add(Entry entry) {
            return List.of(entry);
        }

    }

}
