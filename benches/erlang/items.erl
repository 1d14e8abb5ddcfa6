%% The items that travel: the same as in items.ts.
-module(items).
-export([ways/2]).

%% How items of a kind are made and read.
%%
%% The nested item is read at run time: a literal of the module would be sent
%% without being copied.
ways(int, _) ->
    {fun(Id) -> Id end, fun(Id) when is_integer(Id) -> Id end};
ways(small, _) ->
    {
        fun(Id) -> #{id => Id, msg => <<"hello">>} end,
        fun(#{id := Id, msg := <<"hello">>}) -> Id end
    };
ways(nested, Text) ->
    {ok, Tokens, _} = erl_scan:string(Text ++ "."),
    {ok, Nested} = erl_parse:parse_term(Tokens),
    Note = last_note(Nested),
    {
        fun(Id) -> Nested#{id := Id} end,
        fun(#{id := Id} = Item) ->
            Note = last_note(Item),
            Id
        end
    }.

last_note(#{lines := Lines}) ->
    maps:get(note, lists:last(Lines)).
