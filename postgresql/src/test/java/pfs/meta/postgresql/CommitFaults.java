package pfs.meta.postgresql;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.ds.PGSimpleDataSource;

/** Connections to a PostgreSQL that something happens to before each commit. */
final class CommitFaults extends PGSimpleDataSource {
    /** What happens. */
    interface Fault {
        void happen() throws Exception;
    }

    private final transient Fault fault;

    CommitFaults(PostgresAddress address, Fault fault) {
        setUrl(address.jdbc());
        setUser(address.user());
        setCurrentSchema(address.schema());
        this.fault = fault;
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        Connection real = super.getConnection(user, password);
        return (Connection)
                Proxy.newProxyInstance(
                        Connection.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("commit")) {
                                fault.happen();
                            }
                            try {
                                return method.invoke(real, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }
}
