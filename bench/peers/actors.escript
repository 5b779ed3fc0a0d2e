#!/usr/bin/env escript
%%! +S 1:1 +P 4000000
%% -mode(compile) has escript compile the file, which it would interpret otherwise.
-mode(compile).

%% Does one of the works of one_thread.ts with Erlang's processes on one core, and prints the milliseconds that it took
%% (for "idle": the bytes of each process).
main([Work, Size]) ->
    Value = work(list_to_atom(Work), list_to_integer(Size)),
    io:format("~w~n", [Value]).

work(idle, N) -> idle(N);
work(Work, N) ->
    Start = erlang:monotonic_time(),
    run(Work, N),
    End = erlang:monotonic_time(),
    erlang:convert_time_unit(End - Start, native, nanosecond) / 1.0e6.

run(pingPong, N) ->
    Self = self(),
    Ping = spawn(fun() -> player(Self) end),
    Pong = spawn(fun() -> player(Self) end),
    Pong ! {hit, N - 1, Ping},
    receive done -> ok end;
run(count, N) ->
    Counter = spawn(fun() -> counter(0) end),
    send_all(Counter, N, hit),
    N = ask(Counter, take);
run(countObjects, N) ->
    Counter = spawn(fun() -> counter(0) end),
    send_all(Counter, N, {put, #{id => 1, name => <<"message">>, v => [1, 2, 3]}}),
    N = ask(Counter, take);
run(ask, N) ->
    Counter = spawn(fun() -> counter(0) end),
    [ask(Counter, next) || _ <- lists:seq(1, N)],
    N = ask(Counter, take);
run(askMany, N) ->
    Counter = spawn(fun() -> counter(0) end),
    ask_many(Counter, N),
    N = ask(Counter, take);
run(spawn, N) ->
    [_ | _] = [spawn(fun() -> counter(0) end) || _ <- lists:seq(1, N)],
    ok;
run(spawnStop, N) ->
    [begin
         {Pid, Ref} = spawn_monitor(fun() -> counter(0) end),
         Pid ! stop,
         receive {'DOWN', Ref, process, Pid, normal} -> ok end
     end || _ <- lists:seq(1, N)];
run(ring, N) ->
    Self = self(),
    Ring = [spawn(fun() -> member(Self) end) || _ <- lists:seq(1, 1000)],
    link_ring(Ring, hd(Ring)),
    hd(Ring) ! {pass, N},
    receive ended -> ok end;
run(tree, N) ->
    Self = self(),
    spawn(fun() -> node(Self, 0, N) end),
    Total = N * (N - 1) div 2,
    receive {sum, Total} -> ok end;
run(big, N) ->
    Self = self(),
    All = [spawn(fun() -> crowd(Self) end) || _ <- lists:seq(1, N)],
    [Pid ! {greet, All} || Pid <- All],
    Expected = N - 1,
    [receive {answers, Expected} -> ok end || _ <- All].

player(Main) ->
    receive
        {hit, 0, _} -> Main ! done;
        {hit, Left, Other} -> Other ! {hit, Left - 1, self()}, player(Main)
    end.

counter(Count) ->
    receive
        hit -> counter(Count + 1);
        {put, _} -> counter(Count + 1);
        {next, From, Ref} -> From ! {Ref, Count + 1}, counter(Count + 1);
        {take, From, Ref} -> From ! {Ref, Count}, counter(0);
        stop -> ok
    end.

send_all(_, 0, _) -> ok;
send_all(Pid, N, Message) -> Pid ! Message, send_all(Pid, N - 1, Message).

ask(Pid, What) ->
    Ref = make_ref(),
    Pid ! {What, self(), Ref},
    receive {Ref, Answer} -> Answer end.

ask_many(_, N) when N =< 0 -> ok;
ask_many(Pid, N) ->
    Refs = [begin Ref = make_ref(), Pid ! {next, self(), Ref}, Ref end
            || _ <- lists:seq(1, min(N, 1000))],
    [receive {Ref, _} -> ok end || Ref <- Refs],
    ask_many(Pid, N - 1000).

link_ring([Last], First) -> Last ! {link, First};
link_ring([Pid, Next | Rest], First) -> Pid ! {link, Next}, link_ring([Next | Rest], First).

member(Main) -> receive {link, Next} -> member(Main, Next) end.
member(Main, Next) ->
    receive
        {pass, 1} -> Main ! ended;
        {pass, Hops} -> Next ! {pass, Hops - 1}, member(Main, Next)
    end.

node(Parent, First, 1) -> Parent ! {sum, First};
node(Parent, First, Size) ->
    Self = self(),
    Share = Size div 10,
    [spawn(fun() -> node(Self, First + Index * Share, Share) end) || Index <- lists:seq(0, 9)],
    Parent ! {sum, lists:sum([receive {sum, Sum} -> Sum end || _ <- lists:seq(1, 10)])}.

crowd(Main) -> receive {greet, All} -> crowd(Main, All) end.
crowd(Main, All) ->
    Self = self(),
    [Pid ! {ping, Self} || Pid <- All, Pid =/= Self],
    crowd(Main, length(All) - 1, 0).
crowd(Main, Expected, Answers) ->
    receive
        {ping, From} -> From ! pong, crowd(Main, Expected, Answers);
        pong when Answers + 1 =:= Expected -> Main ! {answers, Expected}, crowd(Main, Expected, Expected);
        pong -> crowd(Main, Expected, Answers + 1)
    end.

idle(N) ->
    erlang:garbage_collect(),
    Before = erlang:memory(total),
    All = [spawn(fun() -> counter(0) end) || _ <- lists:seq(1, N)],
    Bytes = (erlang:memory(total) - Before) / N,
    0 = ask(lists:last(All), take),
    Bytes.
