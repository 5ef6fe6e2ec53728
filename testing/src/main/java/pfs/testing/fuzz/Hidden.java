package pfs.testing.fuzz;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;

/** Decoders that only their own packages see. */
final class Hidden {
    private Hidden() {}

    /** A method, ready to be called. */
    static MethodHandle method(String type, String name, Class<?>... parameters) {
        try {
            Method method = Class.forName(type).getDeclaredMethod(name, parameters);
            method.setAccessible(true);
            return MethodHandles.lookup().unreflect(method);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A constructor, ready to be called. */
    static MethodHandle constructor(String type, Class<?>... parameters) {
        try {
            Constructor<?> constructor = Class.forName(type).getDeclaredConstructor(parameters);
            constructor.setAccessible(true);
            return MethodHandles.lookup().unreflectConstructor(constructor);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a call throws, as it is where exceptions are told apart. */
    static Exception thrown(Throwable thrown) {
        switch (thrown) {
            case Error error -> throw error;
            case Exception exception -> {
                return exception;
            }
            default -> throw new IllegalStateException(thrown);
        }
    }
}
