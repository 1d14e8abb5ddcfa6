%% Flows: items from producers to consumers, as fast as they go. Nothing bounds
%% what a consumer has yet to receive.
-module(flow).
-export([start/3, report/3, now_ms/0]).

start({Make, Touch}, ProducerCount, ConsumerCount) ->
    Consumers = [
        spawn_link(fun() -> consumer(Touch) end)
     || _ <- lists:seq(1, ConsumerCount)
    ],
    Producers = [
        spawn_link(fun() -> producer(Make, Consumers) end)
     || _ <- lists:seq(1, ProducerCount)
    ],
    fun(Count) -> run(Producers, Consumers, Count) end.

%% Count is what each producer sends. A sole consumer knows how many items are
%% its; of several each knows the end by a mark.
run(Producers, Consumers, Count) ->
    {Limit, Marks} =
        case Consumers of
            [_] -> {Count * length(Producers), []};
            _ -> {infinity, Consumers}
        end,
    [Consumer ! {order, self(), Limit} || Consumer <- Consumers],
    [receive {ready, Consumer} -> ok end || Consumer <- Consumers],
    Firsts = lists:seq(0, Count * (length(Producers) - 1), Count),
    [
        Producer ! {order, self(), First, Count, Marks}
     || {Producer, First} <- lists:zip(Producers, Firsts)
    ],
    [receive {done, Producer} -> ok end || Producer <- Producers],
    Reports = [receive {report, Consumer, Report} -> Report end || Consumer <- Consumers],
    ["[", lists:join(",", Reports), "]"].

producer(Make, Consumers) ->
    receive
        {order, From, First, Count, Marks} ->
            produce(Make, Consumers, Consumers, First, First + Count),
            [Consumer ! stop || Consumer <- Marks],
            From ! {done, self()},
            producer(Make, Consumers)
    end.

%% Deals the items to the consumers in turn.
produce(_, _, _, End, End) ->
    ok;
produce(Make, [], All, Id, End) ->
    produce(Make, All, All, Id, End);
produce(Make, [Next | Others], All, Id, End) ->
    Next ! Make(Id),
    produce(Make, Others, All, Id + 1, End).

consumer(Touch) ->
    receive
        {order, From, Limit} ->
            From ! {ready, self()},
            From ! {report, self(), consume(Touch, Limit)},
            consumer(Touch)
    end.

%% Every producer sends a mark to each of several consumers, and there is one
%% producer where there are several.
consume(Touch, Limit) ->
    receive
        stop ->
            report(0, 0, now_ms());
        Item ->
            First = now_ms(),
            consume(Touch, Limit, 1, Touch(Item), First)
    end.

consume(_, Limit, Limit, Sum, First) ->
    report(Limit, Sum, First);
consume(Touch, Limit, Count, Sum, First) ->
    receive
        stop -> report(Count, Sum, First);
        Item -> consume(Touch, Limit, Count + 1, Sum + Touch(Item), First)
    end.

report(Count, Sum, First) ->
    io_lib:format(
        "{\"count\":~b,\"sum\":~b,\"first\":~f,\"last\":~f}",
        [Count, Sum, First, now_ms()]
    ).

%% Milliseconds since the start of the system: never less than nothing, as the
%% monotonic time itself may be.
now_ms() ->
    (erlang:monotonic_time() - erlang:system_info(start_time)) /
        erlang:convert_time_unit(1, second, native) * 1000.
