\* SPDX-License-Identifier: Apache-2.0
------------------------------- MODULE Mutex -------------------------------
(***************************************************************************)
(* The mutex of procession.multiprocessing.internal.waiting.Mutex, with    *)
(* the waiting room of each process reduced to the one thread that sleeps  *)
(* in the kernel, and the process's Watch.                                 *)
(*                                                                         *)
(* Every label is one access to shared memory or one system call.  Between *)
(* any two, and while it sleeps, a process may die (Crash), or be stopped  *)
(* for good (Stop); a sleeper may wake for no reason (Timeout, which also  *)
(* stands for interrupts); and each process learns of a death in its own   *)
(* time (Learn).  None of these but Learn is fair: they may happen, and    *)
(* nothing may depend on it.                                               *)
(*                                                                         *)
(* Not modelled: threads of one process among each other, which share a    *)
(* queue with a monitor; destroy(); processes without native calls, whose  *)
(* sleep is a Timeout that comes for certain.                              *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets

CONSTANTS
    Procs,       \* the processes, numbers from 1
    Rounds,      \* how often each of them acquires
    Crashes,     \* how many of them may die
    Stops,       \* how many of them may be stopped for good
    Recovering,  \* whether the mutex is taken over silently
    Watching,    \* whether each process has its Watch
    GivingUp,    \* whether a waiter may leave because of its timeout or an interrupt
    Flaw         \* "none", or which mistake is made on purpose

Nobody == 0

\* The word: who has it, W, A and R.
Free == [owner |-> Nobody, w |-> FALSE, a |-> FALSE, r |-> FALSE]
HeldBy(p, mark) == [owner |-> p, w |-> mark, a |-> FALSE, r |-> FALSE]
RepairedBy(p) == [owner |-> p, w |-> FALSE, a |-> FALSE, r |-> TRUE]
AbandonedBy(p) == [owner |-> p, w |-> FALSE, a |-> TRUE, r |-> FALSE]
IsHeld(x) == x.owner # Nobody /\ ~x.a

(* --algorithm Mutex
variables
    word = Free,
    asleep = {},                        \* who sleeps in the kernel
    known = [p \in Procs |-> {}],       \* of whom p has found out that he is dead
    torn = FALSE,                       \* whether somebody has begun to change the data, and has not ended
    dead = {},
    stopped = {};

define
    Alive(me, p) == p \notin known[me]
    WorthALook(me) == ~IsHeld(word) \/ ~word.w \/ ~Alive(me, word.owner)
end define;

macro wakeOne() begin
    if asleep # {} then
        with p \in asleep do asleep := asleep \ {p}; end with;
    end if;
end macro;

fair process thread \in Procs
variables
    rounds = 0,
    seen = Free,
    queued = FALSE,                     \* whether this thread is in the queue, and so marks what it acquires
    peeking = FALSE,                    \* whether it only waits for another one's repair
    mourned = Nobody;
begin
Begin:
    while rounds < Rounds do
        queued := FALSE;
Fast:   if word = Free then
            word := HeldBy(self, FALSE);
            goto Critical;
        end if;

Read:   seen := word;
Attempt:
        if seen = Free then
            if word = seen then
                word := HeldBy(self, queued /\ Flaw # "acquires-unmarked");
                goto Critical;
            else
                goto Read;
            end if;
        elsif IsHeld(seen) /\ Alive(self, seen.owner) then
            if queued then
                goto Refused;
            else
                queued := TRUE;
                goto Read;
            end if;
        elsif Recovering then
            if Flaw = "takes-over-blindly" \/ word = seen then
                word := HeldBy(self, seen.w \/ queued);
                goto Critical;
            else
                goto Read;
            end if;
        elsif IsHeld(seen) then
            if Flaw = "abandons-blindly" \/ word = seen then
                word := AbandonedBy(seen.owner);
            else
                goto Read;
            end if;
        else
            goto OwnerDied;
        end if;
WakeAllOfAbandoned:
        asleep := {};
        goto Read;

Refused:
        either skip;
        or     await GivingUp;
               goto GiveUp;
        end either;
Announce:
        seen := word;
Mark:   if ~IsHeld(seen) then
            goto Read;
        elsif ~seen.w then
            if word = seen then
                word := [seen EXCEPT !.w = TRUE];
                seen := [seen EXCEPT !.w = TRUE];
            else
                goto Announce;
            end if;
        end if;
Sleep:  if word = seen \/ Flaw = "sleeps-unasked" then
            asleep := asleep \union {self};
        end if;
Sleeping:
        await self \notin asleep;
        either goto Read;
        or     await GivingUp;          \* interrupted, which is asked before the attempt
        end either;
GiveUp: if Flaw # "leaves-silently" /\ WorthALook(self) then
            goto WakeOne;
        else
            goto EndOfRound;
        end if;

OwnerDied:
        if queued then
            if WorthALook(self) then
HandOnMourning: wakeOne();
            end if;
        end if;
Recover:
        peeking := FALSE;
        seen := word;
TakeFromTheDead:
        if seen.a then
            if word = seen then
                word := RepairedBy(self);
                mourned := seen.owner;
                goto Repair;
            else
                goto Recover;
            end if;
        elsif seen = Free \/ (Alive(self, seen.owner) /\ ~seen.r) then
            queued := FALSE;
            goto Fast;
        elsif Alive(self, seen.owner) then
            peeking := TRUE;
            queued := FALSE;
            goto Fast;
        elsif word = seen then
            word := AbandonedBy(seen.owner);
        else
            goto Recover;
        end if;
WakeAllInRecover:
        asleep := {};
        goto Recover;

Repair: torn := FALSE;
        either goto EndRepair;
        or     skip;                    \* it throws
        end either;
AbandonAgain:
        seen := word;
AbandonForTheSame:
        if word = seen then
            word := AbandonedBy(mourned);
        else
            goto AbandonAgain;
        end if;
WakeAllAgain:
        asleep := {};
        goto EndOfRound;
EndRepair:
        seen := word;
FreeRepaired:
        if word # seen then
            goto EndRepair;
        else
            word := Free;
            if seen.w then
                goto WakeOne;
            else
                goto EndOfRound;
            end if;
        end if;

Critical:
        if peeking then
            peeking := FALSE;
        else
            torn := TRUE;
        end if;
Inside: torn := FALSE;
Release:
        if word = HeldBy(self, FALSE) then
            word := Free;
            goto EndOfRound;
        end if;
LookAtRelease:
        seen := word;
FreeMarked:
        if word # seen then
            goto LookAtRelease;
        else
            word := Free;
            if ~seen.w \/ Flaw = "wakes-nobody" then
                goto EndOfRound;
            end if;
        end if;
WakeOne:
        wakeOne();
EndOfRound:
        rounds := rounds + 1;
        seen := Free;                   \* what is not used any more makes no two states of one
        peeking := FALSE;
        mourned := Nobody;
    end while;
end process;
end algorithm; *)

\* BEGIN TRANSLATION
\* END TRANSLATION

locals == <<rounds, seen, queued, peeking, mourned>>

IsGone(p) == p \in dead \/ p \in stopped \/ pc[p] = "Done"

Crash(p) ==
    /\ ~IsGone(p)
    /\ Cardinality(dead) < Crashes
    /\ dead' = dead \union {p}
    /\ asleep' = asleep \ {p}
    /\ UNCHANGED <<pc, word, known, torn, stopped, locals>>

\* As a death of which nobody ever learns.  A stopped process stays among the sleepers if it is one: it may be woken in vain.
Stop(p) ==
    /\ ~IsGone(p)
    /\ Cardinality(stopped) < Stops
    /\ stopped' = stopped \union {p}
    /\ UNCHANGED <<pc, word, asleep, known, torn, dead, locals>>

\* Also who has ended without releasing would be dead; here nobody does.
Learn(p, q) ==
    /\ ~IsGone(p)
    /\ q \in dead \ known[p]
    /\ known' = [known EXCEPT ![p] = @ \union {q}]
    /\ UNCHANGED <<pc, word, asleep, torn, dead, stopped, locals>>

Watch(p) ==
    /\ Watching
    /\ ~IsGone(p)
    /\ p \in asleep
    /\ WorthALook(p)
    /\ asleep' = asleep \ {p}
    /\ UNCHANGED <<pc, word, known, torn, dead, stopped, locals>>

Timeout(p) ==
    /\ GivingUp
    /\ ~IsGone(p)
    /\ p \in asleep
    /\ asleep' = asleep \ {p}
    /\ UNCHANGED <<pc, word, known, torn, dead, stopped, locals>>

Step(p) == p \notin dead \union stopped /\ thread(p)

System ==
    \/ \E p \in Procs : Step(p) \/ Crash(p) \/ Stop(p) \/ Watch(p) \/ Timeout(p)
    \/ \E p, q \in Procs : Learn(p, q)
    \/ (\A p \in Procs : IsGone(p)) /\ UNCHANGED vars

FairSystem ==
    /\ Init
    /\ [][System]_vars
    /\ \A p \in Procs : WF_vars(Step(p)) /\ WF_vars(Watch(p))
    /\ \A p, q \in Procs : WF_vars(Learn(p, q))

(***************************************************************************)
(* What holds                                                              *)
(***************************************************************************)
IsInside(p) ==
    /\ p \notin dead
    /\ pc[p] \in {"Critical", "Inside", "Release", "Repair", "AbandonAgain", "AbandonForTheSame", "EndRepair"}

Typed ==
    /\ word.owner \in Procs \union {Nobody}
    /\ word.owner = Nobody => word = Free
    /\ ~(word.a /\ (word.r \/ word.w))

MutualExclusion == \A p, q \in Procs : IsInside(p) /\ IsInside(q) => p = q

\* Whoever is inside is the owner in the word.
OwnerIsInside == \A p \in Procs : IsInside(p) => IsHeld(word) /\ word.owner = p

\* Nobody works on what a dead one has left half-changed.
NobodySeesTornData ==
    ~Recovering => \A p \in Procs : p \notin dead /\ pc[p] = "Critical" => ~torn

\* A lock whose holder has died is of no use to the living only for a time: everybody comes to his end.
HeldForEver == IsHeld(word) /\ word.owner \in stopped
Progress == \A p \in Procs : <>(IsGone(p) \/ HeldForEver)

\* Nobody sleeps for ever beside a mutex that he could have, or should mourn.
NoLostWakeUp ==
    \A p \in Procs : ~<>[](p \in asleep /\ p \notin stopped /\ (~IsHeld(word) \/ word.owner \in dead))
=============================================================================
