\* SPDX-License-Identifier: Apache-2.0
--------------------------- MODULE SemaphoreUndo ---------------------------
(***************************************************************************)
(* How a semaphore in shared memory gives back what a dead process held,   *)
(* although nobody can change two words at once.                           *)
(*                                                                         *)
(* The number of permits is in one word, main, which everybody changes by  *)
(* compare-and-set; what each process holds is in a record of its own.     *)
(* Whoever changes both has the guard, a mutex that is taken over when its *)
(* owner has died (Mutex.tla), and keeps a journal:                        *)
(*                                                                         *)
(*    journal := none; whose record; what will be in it; seq + 1           *)
(*    main    := (permits - n, seq + 1)      by compare-and-set            *)
(*    record  := what the journal says                                     *)
(*                                                                         *)
(* So main.seq = journal.seq says that the second step was taken, and who  *)
(* takes the guard takes the third one again, which does no harm.  Plain   *)
(* acquire and release change the permits without guard, and leave seq.    *)
(*                                                                         *)
(* Every label is one access to shared memory.  A process may die before   *)
(* each of them.  How waiters sleep is left out: they ask again and again. *)
(***************************************************************************)
EXTENDS Naturals, Integers, FiniteSets

CONSTANTS
    Procs,        \* the processes, numbers from 1
    Permits,      \* how many permits there are at first
    Rounds,       \* how many operations each process begins
    Crashes,      \* how many of them may die
    Plain,        \* whether there are acquisitions and releases that are not to be undone
    Numbers,      \* after how many numbers seq begins again; two are enough
    Flaw          \* "none", or which mistake is made on purpose

Nobody == 0
NoNumber == -1
Next1(n) == (n + 1) % Numbers

(* --algorithm SemaphoreUndo
variables
    main = [n |-> Permits, seq |-> 0],
    journal = [of |-> 1, new |-> 0, seq |-> 0],
    record = [p \in Procs |-> 0],
    guard = Nobody,
    signalled = 0,                      \* releases less acquisitions that are not to be undone, as they happened
    dead = {};

define
    \* What is in a record when the third step has been taken again.
    Holds(p) ==
        IF main.seq = journal.seq /\ journal.of = p THEN journal.new ELSE record[p]
    RECURSIVE Sum(_)
    Sum(ps) == IF ps = {} THEN 0 ELSE LET p == CHOOSE x \in ps : TRUE IN Holds(p) + Sum(ps \ {p})
    Unclaimed == {p \in dead : Holds(p) > 0}
end define;

fair process user \in Procs
variables
    rounds = 0,
    seen = [n |-> 0, seq |-> 0],
    noted = [of |-> 1, new |-> 0, seq |-> 0],
    whose = Nobody,
    change = 0,                         \* what is added to the permits
    inside = FALSE;                     \* whether it has what it wanted to hold
begin
Begin:
    while rounds < Rounds do
        rounds := rounds + 1;
        either goto Wait;
        or await Plain;
        or await Plain; goto Release;
        end either;
Acquire:
        seen := main;
AcquireBySwap:
        if seen.n = 0 then
            goto Begin;                 \* it would wait; another signal may never come
        elsif main = seen then
            main := [seen EXCEPT !.n = @ - 1] || signalled := signalled - 1;
            goto Begin;
        else
            goto Acquire;
        end if;
Release:
        seen := main;
ReleaseBySwap:
        if main = seen then
            main := [seen EXCEPT !.n = @ + 1] || signalled := signalled + 1;
            goto Begin;
        else
            goto Release;
        end if;

Wait:   await main.n > 0 \/ Unclaimed # {} \/ inside;
TakeGuard:
        await guard = Nobody \/ guard \in dead;
        guard := self;
ReadJournal:
        noted := journal;
ReadMain:
        seen := main;
        if Flaw = "takes-over-without-redoing" then
            goto Choose;
        elsif Flaw = "redoes-always" \/ noted.seq = seen.seq then
            skip;
        else
            goto Choose;
        end if;
Redo:   record[noted.of] := noted.new;
Choose: \* first what the dead have held
        with held = {p \in dead : record[p] > 0} do
            if held # {} then
                with p \in held do whose := p; change := record[p]; end with;
            elsif inside then
                whose := self;
                change := 1;
            elsif main.n > 0 then
                whose := self;
                change := -1;
            else
                whose := Nobody;
            end if;
        end with;
        if whose = Nobody then
            goto LeaveGuard;
        elsif Flaw = "record-first" then
            record[whose] := record[whose] - change;
        end if;
Begun:  if Flaw = "no-journal" \/ Flaw = "record-first" then
            goto Look;
        end if;
ForgetJournal:
        if Flaw # "torn-journal" then
            journal.seq := NoNumber;
        end if;
JournalRecord:
        journal.of := whose;
JournalState:
        journal.new := record[whose] - change;
JournalNumber:
        journal.seq := Next1(main.seq);
Look:   seen := main;
Swap:   if seen.n + change < 0 then
            goto LeaveGuard;
        elsif main = seen then
            main := [n |-> seen.n + change, seq |-> Next1(seen.seq)];
        else
            goto Look;
        end if;
Record: if Flaw # "record-first" then
            record[whose] := record[whose] - change;
        end if;
        if whose = self then
            inside := ~inside;
        end if;
LeaveGuard:
        guard := Nobody;
        if inside \/ whose # self then
            goto Wait;                  \* to give it back, or to try again
        end if;
Forget: whose := Nobody;                \* what is not used any more makes no two states of one
        change := 0;
        seen := [n |-> 0, seq |-> 0];
        noted := [of |-> 1, new |-> 0, seq |-> 0];
    end while;
end process;
end algorithm; *)

\* BEGIN TRANSLATION
\* END TRANSLATION

Crash(p) ==
    /\ p \notin dead
    /\ Cardinality(dead) < Crashes
    /\ dead' = dead \union {p}
    /\ UNCHANGED <<pc, main, journal, record, guard, signalled, rounds, seen, noted, whose, change, inside>>

Step(p) == p \notin dead /\ user(p)

System ==
    \/ \E p \in Procs : Step(p) \/ Crash(p)
    \/ (\A p \in Procs : p \in dead \/ pc[p] = "Done") /\ UNCHANGED vars

FairSystem == Init /\ [][System]_vars /\ \A p \in Procs : WF_vars(Step(p))

(***************************************************************************)
(* What holds                                                              *)
(***************************************************************************)
\* At every instant each permit is somewhere: there to be taken, held by somebody, or gone by a signal.
NoPermitIsLostOrMade == main.n + Sum(Procs) = Permits + signalled

NeverBelowZero == main.n >= 0 /\ \A p \in Procs : Holds(p) >= 0

\* Whoever thinks that he holds one does, unless he is giving it back.
HeldIsRecorded == \A p \in Procs \ dead : inside[p] /\ pc[p] # "Record" => Holds(p) = 1

\* With nothing but what is undone, everybody has his turn, whoever dies.
Progress == Plain \/ \A p \in Procs : <>(p \in dead \/ pc[p] = "Done")
=============================================================================
