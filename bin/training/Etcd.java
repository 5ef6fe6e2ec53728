import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.DeleteRangeResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseRevokeResponse;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.stub.StreamObserver;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Keys with revisions, and the leases that some are bound to. */
final class Etcd {
    private final NavigableMap<ByteString, KeyValue> pairs =
            new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    private long revision = 1;
    private long lastLease = 1;

    synchronized void loseLeases() {
        pairs.values().removeIf(pair -> pair.getLease() != 0);
    }

    private ResponseHeader header() {
        return ResponseHeader.newBuilder().setRevision(revision).build();
    }

    private NavigableMap<ByteString, KeyValue> within(ByteString key, ByteString end) {
        if (end.isEmpty()) {
            return pairs.subMap(key, true, key, true);
        }
        boolean open = end.equals(ByteString.copyFrom(new byte[1]));
        return open ? pairs.tailMap(key, true) : pairs.subMap(key, true, end, false);
    }

    private RangeResponse range(RangeRequest request) {
        NavigableMap<ByteString, KeyValue> found =
                within(request.getKey(), request.getRangeEnd());
        boolean descends = request.getSortOrder() == RangeRequest.SortOrder.DESCEND;
        long limit = request.getLimit() == 0 ? Long.MAX_VALUE : request.getLimit();
        RangeResponse.Builder answer = RangeResponse.newBuilder().setHeader(header());
        (descends ? found.descendingMap() : found)
                .values().stream().limit(limit).forEach(answer::addKvs);
        return answer.setCount(found.size()).setMore(found.size() > limit).build();
    }

    private PutResponse put(PutRequest request) {
        KeyValue before = pairs.get(request.getKey());
        pairs.put(
                request.getKey(),
                KeyValue.newBuilder()
                        .setKey(request.getKey())
                        .setValue(request.getValue())
                        .setLease(request.getLease())
                        .setModRevision(revision)
                        .setCreateRevision(before == null ? revision : before.getCreateRevision())
                        .setVersion(before == null ? 1 : before.getVersion() + 1)
                        .build());
        return PutResponse.newBuilder().setHeader(header()).build();
    }

    private DeleteRangeResponse delete(DeleteRangeRequest request) {
        NavigableMap<ByteString, KeyValue> found =
                within(request.getKey(), request.getRangeEnd());
        long count = found.size();
        found.clear();
        return DeleteRangeResponse.newBuilder().setHeader(header()).setDeleted(count).build();
    }

    private boolean holds(Compare compare) {
        KeyValue now = pairs.getOrDefault(compare.getKey(), KeyValue.getDefaultInstance());
        return switch (compare.getTarget()) {
            case MOD -> now.getModRevision() == compare.getModRevision();
            case CREATE -> now.getCreateRevision() == compare.getCreateRevision();
            default -> throw new IllegalArgumentException(compare.toString());
        };
    }

    private ResponseOp apply(RequestOp one) {
        ResponseOp.Builder answer = ResponseOp.newBuilder();
        return switch (one.getRequestCase()) {
            case REQUEST_RANGE -> answer.setResponseRange(range(one.getRequestRange())).build();
            case REQUEST_PUT -> answer.setResponsePut(put(one.getRequestPut())).build();
            case REQUEST_DELETE_RANGE ->
                    answer.setResponseDeleteRange(delete(one.getRequestDeleteRange())).build();
            default -> throw new IllegalArgumentException(one.toString());
        };
    }

    private synchronized TxnResponse transact(TxnRequest request) {
        boolean holds = request.getCompareList().stream().allMatch(this::holds);
        revision++;
        TxnResponse.Builder answer = TxnResponse.newBuilder().setSucceeded(holds);
        (holds ? request.getSuccessList() : request.getFailureList())
                .forEach(one -> answer.addResponses(apply(one)));
        return answer.setHeader(header()).build();
    }

    private static <T> void tell(StreamObserver<T> caller, T answer) {
        caller.onNext(answer);
        caller.onCompleted();
    }

    KVGrpc.KVImplBase keys() {
        return new KVGrpc.KVImplBase() {
            @Override
            public void range(RangeRequest request, StreamObserver<RangeResponse> caller) {
                synchronized (Etcd.this) {
                    tell(caller, Etcd.this.range(request));
                }
            }

            @Override
            public void deleteRange(
                    DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> caller) {
                synchronized (Etcd.this) {
                    revision++;
                    tell(caller, delete(request));
                }
            }

            @Override
            public void txn(TxnRequest request, StreamObserver<TxnResponse> caller) {
                tell(caller, transact(request));
            }
        };
    }

    LeaseGrpc.LeaseImplBase leases() {
        return new LeaseGrpc.LeaseImplBase() {
            @Override
            public void leaseGrant(
                    LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> caller) {
                synchronized (Etcd.this) {
                    tell(
                            caller,
                            LeaseGrantResponse.newBuilder()
                                    .setHeader(header())
                                    .setID(++lastLease)
                                    .setTTL(request.getTTL())
                                    .build());
                }
            }

            @Override
            public void leaseRevoke(
                    LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> caller) {
                synchronized (Etcd.this) {
                    pairs.values().removeIf(pair -> pair.getLease() == request.getID());
                    tell(caller, LeaseRevokeResponse.newBuilder().setHeader(header()).build());
                }
            }

            @Override
            public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
                    StreamObserver<LeaseKeepAliveResponse> caller) {
                return new StreamObserver<>() {
                    @Override
                    public void onNext(LeaseKeepAliveRequest request) {
                        caller.onNext(
                                LeaseKeepAliveResponse.newBuilder()
                                        .setID(request.getID())
                                        .setTTL(5)
                                        .build());
                    }

                    @Override
                    public void onError(Throwable failure) {}

                    @Override
                    public void onCompleted() {
                        caller.onCompleted();
                    }
                };
            }
        };
    }
}
