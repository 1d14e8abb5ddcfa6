%% Calls and casts to servers that are kept by OTP's gen_server.
-module(calls).
-behaviour(gen_server).
-export([calls/2, casts/0]).
-export([init/1, handle_call/3, handle_cast/2]).

%% Each lane, a process of its own, makes one call after the other.
calls(Answerers, Lanes) ->
    Servers = [server() || _ <- lists:seq(1, Answerers)],
    fun(Count) -> elapsed(Servers, Lanes, Count) end.

elapsed(Servers, Lanes, Count) ->
    Own = self(),
    Start = erlang:monotonic_time(nanosecond),
    [
        spawn_link(fun() ->
            Server = lists:nth(Lane rem length(Servers) + 1, Servers),
            ask(Server, Lane, Lanes, Count),
            Own ! {done, Lane}
        end)
     || Lane <- lists:seq(0, Lanes - 1)
    ],
    [receive {done, Lane} -> ok end || Lane <- lists:seq(0, Lanes - 1)],
    Ms = (erlang:monotonic_time(nanosecond) - Start) / 1.0e6,
    io_lib:format("{\"elapsed\":~f}", [Ms]).

ask(Server, Id, Step, Count) when Id < Count ->
    #{id := Id, msg := <<"hello">>} =
        gen_server:call(Server, {echo, #{id => Id, msg => <<"hello">>}}),
    ask(Server, Id + Step, Step, Count);
ask(_, _, _, _) ->
    ok.

%% One process casts, the server counts and keeps the time.
casts() ->
    Server = server(),
    fun(Count) ->
        ok = gen_server:call(Server, expect),
        [
            gen_server:cast(Server, {note, #{id => Id, msg => <<"hello">>}})
         || Id <- lists:seq(0, Count - 1)
        ],
        ["[", gen_server:call(Server, report, infinity), "]"]
    end.

server() ->
    {ok, Server} = gen_server:start_link(?MODULE, [], []),
    Server.

init([]) ->
    {ok, none}.

handle_call({echo, Item}, _, Seen) ->
    {reply, Item, Seen};
handle_call(expect, _, _) ->
    {reply, ok, none};
handle_call(report, _, {Count, Sum, First}) ->
    {reply, flow:report(Count, Sum, First), none}.

handle_cast({note, #{id := Id, msg := <<"hello">>}}, none) ->
    {noreply, {1, Id, flow:now_ms()}};
handle_cast({note, #{id := Id, msg := <<"hello">>}}, {Count, Sum, First}) ->
    {noreply, {Count + 1, Sum + Id, First}}.
