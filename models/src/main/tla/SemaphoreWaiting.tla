\* SPDX-License-Identifier: Apache-2.0
-------------------------- MODULE SemaphoreWaiting -------------------------
(***************************************************************************)
(* How processes wait for the permits of                                   *)
(* procession.multiprocessing.internal.waiting.Permits: each is reduced to *)
(* the one thread that sleeps in the kernel.  Giving takes the mark W away *)
(* and wakes as many as it gives, so that others may sleep on unmarked;    *)
(* who was woken and takes one marks again, and hands on what is left.     *)
(*                                                                         *)
(* Without deaths nobody may need the Watch; with deaths and the Watch,    *)
(* nobody sleeps for ever beside a permit.  See Mutex.tla for the rest.    *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets

CONSTANTS
    Procs,       \* the processes that take one permit each, numbers from 1
    Gives,       \* how many permits are given, one by one, by a process that does not die
    Crashes,     \* how many of those who take may die
    Watching,    \* whether each process has its Watch
    GivingUp,    \* whether a waiter may leave because of its timeout or an interrupt
    Flaw         \* "none", or which mistake is made on purpose

(* --algorithm SemaphoreWaiting
variables
    word = [n |-> 0, w |-> FALSE],
    asleep = {},
    dead = {};

define
    WorthALook == word.n > 0 \/ ~word.w
end define;

macro wakeOne() begin
    if asleep # {} then
        with p \in asleep do asleep := asleep \ {p}; end with;
    end if;
end macro;

fair process taker \in Procs
variables
    seen = [n |-> 0, w |-> FALSE],
    queued = FALSE;
begin
Read:   seen := word;
Attempt:
        if seen.n > 0 then
            if word = seen then
                word := [n |-> seen.n - 1, w |-> seen.w \/ queued];
                if queued then goto Leave; else goto Done; end if;
            else
                goto Read;
            end if;
        elsif ~queued then
            queued := TRUE;
            goto Read;
        end if;
Refused:
        either skip;
        or     await GivingUp;
               goto GiveUp;
        end either;
Announce:
        seen := word;
Mark:   if seen.n > 0 then
            goto Read;
        elsif ~seen.w then
            if word = seen then
                word := [seen EXCEPT !.w = TRUE];
                seen := [seen EXCEPT !.w = TRUE];
            else
                goto Announce;
            end if;
        end if;
Sleep:  if word = seen then
            asleep := asleep \union {self};
        end if;
Sleeping:
        await self \notin asleep;
        goto Read;
GiveUp: if WorthALook then goto HandOn; else goto Done; end if;
Leave:  if Flaw = "takes-without-handing-on" \/ ~WorthALook then goto Done; end if;
HandOn: wakeOne();
end process;

fair process giver = 0
variables given = 0, before = [n |-> 0, w |-> FALSE];
begin
Give:   while given < Gives do
            given := given + 1;
Look:       before := word;
Swap:       if word # before then
                goto Look;
            else
                word := [n |-> before.n + 1, w |-> FALSE];
                if ~before.w then goto Give; end if;
            end if;
Wake:       wakeOne();
        end while;
end process;
end algorithm; *)

\* BEGIN TRANSLATION
\* END TRANSLATION

locals == <<seen, queued, given, before>>

IsGone(p) == p \in dead \/ pc[p] = "Done"

Crash(p) ==
    /\ ~IsGone(p)
    /\ Cardinality(dead) < Crashes
    /\ dead' = dead \union {p}
    /\ asleep' = asleep \ {p}
    /\ UNCHANGED <<pc, word, locals>>

Watch(p) ==
    /\ Watching
    /\ p \in asleep
    /\ WorthALook
    /\ asleep' = asleep \ {p}
    /\ UNCHANGED <<pc, word, dead, locals>>

Timeout(p) ==
    /\ GivingUp
    /\ p \in asleep
    /\ asleep' = asleep \ {p}
    /\ UNCHANGED <<pc, word, dead, locals>>

Step(p) == p \notin dead /\ taker(p)

System ==
    \/ giver
    \/ \E p \in Procs : Step(p) \/ Crash(p) \/ Watch(p) \/ Timeout(p)
    \/ (pc[0] = "Done" /\ \A p \in Procs : IsGone(p)) /\ UNCHANGED vars

FairSystem ==
    /\ Init
    /\ [][System]_vars
    /\ WF_vars(giver)
    /\ \A p \in Procs : WF_vars(Step(p)) /\ WF_vars(Watch(p))

(***************************************************************************)
(* What holds                                                              *)
(***************************************************************************)
NoLostWakeUp == \A p \in Procs : ~<>[](p \in asleep /\ word.n > 0)
=============================================================================
