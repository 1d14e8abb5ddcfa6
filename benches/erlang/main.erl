%% The peers in Erlang: processes that send to each other, run by erlang.ts.
%%
%%     flow KIND PRODUCERS CONSUMERS NESTED
%%     trips HEAT
%%     calls ANSWERERS LANES
%%     casts
%%
%% Each line of standard input is an order, answered by one line of output. At
%% the end of the input everything ends.
-module(main).
-export([main/1]).

main(Args) ->
    serve(work(Args)).

work(["flow", Kind, Producers, Consumers, Nested]) ->
    flow:start(
        items:ways(list_to_atom(Kind), Nested),
        list_to_integer(Producers),
        list_to_integer(Consumers)
    );
work(["trips", Heat]) ->
    trips:start(list_to_atom(Heat));
work(["calls", Answerers, Lanes]) ->
    calls:calls(list_to_integer(Answerers), list_to_integer(Lanes));
work(["casts"]) ->
    calls:casts().

serve(Run) ->
    case io:fread("", "{\"count\":~d}") of
        {ok, [Count]} ->
            io:put_chars([Run(Count), $\n]),
            serve(Run);
        eof ->
            halt(0)
    end.
