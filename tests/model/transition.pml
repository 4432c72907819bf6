/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transition.pml - threads move from one side of an update to the other (Promela).
 *
 * One function is replaced. Threads call it, also from inside itself, return, and
 * block; between the two loads of a stub they may be interrupted, and block in the
 * handler with the table still in hand. The agent moves them, gives up whenever it
 * likes, and in the end frees the code that is not in force. Names are those of
 * runtime/core/transition.c and update.h; UPDATES.md has the argument that this checks.
 *
 *   no mixed thread       the assertions in enter
 *   no use of freed code  the assertions in enter and leave, and of tables in the fault
 *   no lost update        the assertions behind commit and returned
 *   abort at any step     the agent may turn in any round
 */
#define THREADS 2
#define DEPTH   2 /* calls inside each other */
#define CALLS   3 /* of one thread */

mtype = { OLD, NEW, HOLD, NONE };                     /* tables; NONE: nothing in hand */
mtype = { STAGING, MOVING, RETURNING, COMMITTED, ABORTED }; /* of the update */

mtype word = OLD;      /* what stubs load: rv_slot.leaf */
mtype directory = OLD; /* what a fault walks */
mtype state = STAGING;
bool current = false;  /* a fault asks the transition */
bool back = false;     /* its stage */
bool new_is_loaded = true, hold_is_there = true;
byte looking = 0;      /* threads that are in rv_transition_target */

typedef Thread {
    byte stage;      /* its own word: 0, or 1 forward, 2 back */
    byte old, new;   /* frames on its stack */
    mtype hand;      /* the table between a stub's two loads */
    bool blocked;    /* in a system call, and can be looked at */
    bool moved[2];   /* what it has noted, per stage */
    bool seen;       /* the agent is through with it in this stage */
};
Thread t[THREADS];

inline enter(me, side) {
    if
    :: side == NEW ->
        assert(new_is_loaded);
        assert(t[me].old == 0);           /* never new under old */
        t[me].new++
    :: else ->
        assert(t[me].new == 0);           /* never old under new */
        assert(t[me].stage != 1 || back || state == ABORTED); /* never old after new */
        t[me].old++
    fi
}

/* rv_fault_handle: the transition, or the directory if that is over. */
inline fault(me) {
    looking++;
    if
    :: current ->
        if
        :: !back ->
            if
            :: t[me].stage == 1 -> enter(me, NEW)
            :: t[me].stage != 1 && t[me].old == 0 ->
                t[me].stage = 1;
                t[me].moved[0] = true;
                enter(me, NEW)
            :: else -> enter(me, OLD)
            fi
        :: else ->
            if
            :: t[me].stage == 1 && t[me].new == 0 ->
                t[me].stage = 2;
                t[me].moved[1] = true;
                enter(me, OLD)
            :: t[me].stage == 1 && t[me].new > 0 -> enter(me, NEW)
            :: else ->
                t[me].stage = 2;
                t[me].moved[1] = true;
                enter(me, OLD)
            fi
        fi
    :: else -> enter(me, directory)
    fi;
    looking--
}

/* A system call, or a signal handler's: the only moments in which others can look. */
inline rest(me) {
    t[me].blocked = true;
    t[me].blocked = false
}

proctype thread(byte me) {
    byte calls = 0;
    do
    :: calls < CALLS && t[me].old + t[me].new < DEPTH ->
        t[me].hand = word; /* the stub's first load */
        if
        :: rest(me)        /* interrupted between the two */
        :: skip
        fi;
        atomic {           /* the second load, and the jump */
            assert(t[me].hand != HOLD || hold_is_there);
            if
            :: t[me].hand == HOLD -> skip
            :: else ->
                enter(me, t[me].hand);
                t[me].hand = NONE
            fi
        };
        if
        :: t[me].hand == HOLD ->
            atomic { fault(me); t[me].hand = NONE }
        :: else -> skip
        fi;
        calls++
    :: t[me].old > 0 -> t[me].old--
    :: t[me].new > 0 ->
        assert(new_is_loaded);
        t[me].new--
    :: rest(me)
    :: calls == CALLS && t[me].old + t[me].new == 0 -> break
    od;
    t[me].blocked = true /* it has ended */
}

/* rv_move_round, for one thread: what look_at finds. */
inline look_at(me) {
    atomic {
        if
        :: !back && t[me].moved[0] -> t[me].seen = true
        :: back && t[me].moved[1] -> t[me].seen = true
        :: !back && t[me].blocked && t[me].old == 0 && t[me].hand != OLD -> t[me].seen = true
        :: back && t[me].blocked && t[me].new == 0 -> t[me].seen = true
        :: else -> skip
        fi
    }
}

/* Each thread was seen, blocked, with nothing of it: UPDATES.md, "The rule". */
#define HAS_NO_HOLD(n) (t[n].blocked && t[n].hand != HOLD)
#define HAS_NO_NEW(n)  (t[n].blocked && t[n].new == 0 && t[n].hand != HOLD && t[n].hand != NEW)

proctype agent() {
    byte i;
    /* start_moving */
    current = true;
    state = MOVING;
    word = HOLD;
    do
    :: state == MOVING && t[0].seen && t[1].seen -> /* rv_update_commit */
        directory = NEW;
        word = NEW;
        current = false;
        state = COMMITTED;
        break
    :: state == RETURNING && t[0].seen && t[1].seen -> /* rv_update_returned */
        word = OLD;
        current = false;
        state = ABORTED;
        break
    :: state == MOVING -> /* the deadline: rv_update_turn */
        atomic { back = true; state = RETURNING; t[0].seen = false; t[1].seen = false }
    :: !t[0].seen -> look_at(0)
    :: !t[1].seen -> look_at(1)
    od;
    /* the garbage: first the tables with the faults, then code that is not in force */
    HAS_NO_HOLD(0);
    HAS_NO_HOLD(1);
    hold_is_there = false;
    if
    :: state == ABORTED ->
        assert(word == OLD && directory == OLD);
        HAS_NO_NEW(0);
        HAS_NO_NEW(1);
        new_is_loaded = false
    :: else -> assert(word == NEW && directory == NEW)
    fi
}

init {
    atomic {
        t[0].hand = NONE;
        t[1].hand = NONE;
        run thread(0);
        run thread(1);
        run agent()
    }
}
