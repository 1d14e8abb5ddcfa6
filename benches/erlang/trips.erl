%% Round trips: one side asks, the other answers with what it got.
-module(trips).
-export([start/1]).

-define(REST, 1).

start(Heat) ->
    Asker = spawn_link(fun() -> asker(Heat) end),
    Answerer = spawn_link(fun() -> answer(Asker) end),
    Asker ! {answerer, Answerer},
    fun(Count) ->
        Asker ! {order, self(), Count},
        receive
            {elapsed, Ms} -> io_lib:format("{\"elapsed\":~f}", [Ms])
        end
    end.

answer(Asker) ->
    receive
        N ->
            Asker ! N,
            answer(Asker)
    end.

asker(Heat) ->
    receive
        {answerer, Answerer} -> asker(Heat, Answerer)
    end.

asker(Heat, Answerer) ->
    receive
        {order, From, Count} ->
            From ! {elapsed, elapsed(Heat, Answerer, Count) / 1.0e6},
            asker(Heat, Answerer)
    end.

%% How long the trips took without the rests, in ns.
elapsed(hot, Answerer, Count) ->
    burst(Answerer, Count);
elapsed(cold, Answerer, Count) ->
    lists:sum([
        begin
            timer:sleep(?REST),
            burst(Answerer, 1)
        end
     || _ <- lists:seq(1, Count)
    ]).

burst(Answerer, Trips) ->
    Start = erlang:monotonic_time(nanosecond),
    ask(Answerer, 0, Trips),
    erlang:monotonic_time(nanosecond) - Start.

ask(_, Trips, Trips) ->
    ok;
ask(Answerer, N, Trips) ->
    Answerer ! N,
    receive
        Answer -> N = Answer
    end,
    ask(Answerer, N + 1, Trips).
