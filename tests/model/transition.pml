/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transition.pml - threads move from one side of an update to the other (Promela).
 *
 * One function is replaced by an update, or comes back by a revert, which is the same with
 * the sides changed. Threads call it, also from inside itself, return, and block; when they block, or between the two loads of a stub with the table in hand,
 * they may be interrupted by a handler that blocks and calls too. The agent moves them,
 * gives up whenever it likes, and in the end unloads the patch if it is not in force. Names
 * are those of runtime/core/transition.c and update.h; UPDATES.md has the argument that
 * this checks. With TOGETHER 1 it is `process` consistency, else `thread`; or
 * `call`, if the agent likes, where threads may mix and unloading is all that can go wrong.
 *
 *   no mixed thread       the assertions in enter
 *   no mixed process      the same, with TOGETHER
 *   no use of freed code  the assertions in enter and return, and of tables in the fault
 *   no lost update        the assertions behind commit and returned
 *   abort at any step     the agent may turn in any round
 */
#ifndef TOGETHER
#define TOGETHER 0
#endif
#define THREADS  2
#define DEPTH    2 /* calls inside each other, without the handler's */
#define CALLS    2 /* of one thread, without the handler's */
#define HANDLERS 1 /* that interrupt the first thread; none interrupts the others */

mtype = { OLD, NEW, HOLD, NONE };                     /* tables; NONE: nothing in hand */
mtype = { STAGING, CHECKED, READY, MOVING, RETURNING, COMMITTED, REVERTED, ABORTED }; /* of the update */

mtype word = OLD;      /* what stubs load: rv_slot.leaf */
mtype directory = OLD; /* what a fault walks */
mtype state = STAGING;
bool current = false;  /* a fault asks the transition */
bool back = false;     /* its stage */
bool closed = false, over = false; /* its phase */
bool at_once = false;  /* `call` */
bool wavered = false;  /* somebody has, since the mark */
bool old_is_loaded = true, new_is_loaded = true, hold_is_there = true;

typedef Thread {
    byte stage;      /* its own word: 0, or 1 forward, 2 back */
    byte old, new;   /* frames on its stack */
    mtype hand[2];   /* the table between a stub's two loads; the handler's */
    bool handler;    /* one is on its stack, so it cannot tell what else is */
    bool blocked;    /* in a system call, and can be looked at */
    bool goes;       /* in its fault it has found the stage to be forward */
    bool went;       /* it has noted that it sets out for the new side */
    bool moved[2];   /* what it has noted, per stage */
    bool seen;       /* the agent is through with it in this stage */
};
Thread t[THREADS];

#define SOMEBODY(what) (t[0].what > 0 || t[1].what > 0)

inline enter(me, side) {
    if
    :: side == NEW ->
        assert(new_is_loaded);
        assert(at_once || t[me].old == 0);           /* never new under old */
        assert(at_once || !TOGETHER || !SOMEBODY(old));
        t[me].new++
    :: else ->
        assert(old_is_loaded);
        assert(at_once || t[me].new == 0);           /* never old under new */
        assert(t[me].stage != 1 || back || TOGETHER); /* never old after new */
        assert(at_once || !TOGETHER || (!SOMEBODY(new) && directory == OLD));
        t[me].old++
    fi
}

#define MAY_CHANGE(me) ((!back && t[me].stage != 1) || (back && !TOGETHER && t[me].stage == 1))

/* change_sides on the way back: `left` is the number of frames of the side that it would leave. */
inline change_sides(me, left, number) {
    if
    :: (!t[me].handler && left == 0) || (t[me].handler && over) ->
        t[me].stage = number;
        t[me].moved[number - 1] = true
    :: else -> skip
    fi
}

/* wait_for_all, in a thread that has changed sides. */
inline wait_for_all(me) {
    t[me].blocked = true;
    over;
    t[me].blocked = false
}

/*
 * change_sides to the new side: its note, and then (set_out) a second look at the stage. An
 * agent that turns between the two finds the note, which is no worse than if it had turned
 * before.
 */
inline set_out(me) {
    if
    :: (!t[me].handler && t[me].old == 0) || (t[me].handler && over) ->
        t[me].went = true;
        if
        :: back -> t[me].stage = 2; t[me].moved[1] = true
        :: else -> t[me].stage = 1; t[me].moved[0] = true
        fi
    :: else -> skip
    fi
}

/* rv_transition_target: the side that it runs. */
inline target(me, side) {
    if
    :: t[me].goes -> set_out(me)
    :: back && !TOGETHER && t[me].stage == 1 -> change_sides(me, t[me].new, 2)
    :: back && !TOGETHER && t[me].stage == 0 -> t[me].stage = 2; t[me].moved[1] = true
    :: else -> skip
    fi;
    t[me].goes = false;
    side = (t[me].stage == 1 -> NEW : OLD);
    if
    :: TOGETHER && side == NEW ->
        wait_for_all(me);
        side = (back -> OLD : NEW)
    :: else -> skip
    fi
}

/*
 * The stub's second load, and the jump; or rv_fault_handle, which asks the transition, or
 * the directory if that is over. The agent may come in between waver()'s two halves.
 */
inline go_on(me, which, side, asks) {
    atomic {
        assert(t[me].hand[which] != HOLD || hold_is_there);
        asks = (t[me].hand[which] == HOLD && current);
        t[me].goes = (asks && !back && t[me].stage != 1);
        wavered = wavered || (asks && t[me].handler && MAY_CHANGE(me))
    };
    atomic {
        !asks || !t[me].handler || !closed || over;
        side = (t[me].hand[which] == HOLD -> directory : t[me].hand[which]);
        if
        :: asks -> target(me, side)
        :: else -> skip
        fi;
        enter(me, side);
        t[me].hand[which] = NONE;
        asks = false
    }
}

inline sleep(me) {
    t[me].blocked = true;
    t[me].blocked = false
}

inline return_old(me) {
    assert(old_is_loaded);
    t[me].old--
}

inline return_new(me) {
    assert(new_is_loaded);
    t[me].new--
}

inline return_from(me, side) {
    if
    :: side == OLD -> return_old(me)
    :: else -> return_new(me)
    fi;
    side = NONE
}

/* A signal comes: its handler calls, may block inside, and calls from there. */
inline interrupt(me) {
    t[me].handler = true;
    handlers++;
    t[me].hand[1] = word;
    go_on(me, 1, outer, asks);
    sleep(me);
    if
    :: t[me].hand[1] = word;
        go_on(me, 1, inner, asks);
        return_from(me, inner)
    :: skip
    fi;
    return_from(me, outer);
    t[me].handler = false
}

/* A system call, or a place where a signal comes; then others can look. */
inline rest(me) {
    t[me].blocked = true;
    t[me].blocked = false;
    if
    :: me == 0 && handlers < HANDLERS -> interrupt(me); sleep(me)
    :: skip
    fi
}

proctype thread(byte me) {
    byte calls = 0, handlers = 0;
    mtype outer = NONE, inner = NONE, side = NONE;
    bool asks = false;
    do
    :: calls < CALLS && t[me].old + t[me].new < DEPTH ->
        t[me].hand[0] = word; /* the stub's first load */
        if
        :: rest(me)           /* interrupted between the two */
        :: skip
        fi;
        go_on(me, 0, side, asks);
        side = NONE;
        calls++
    :: t[me].old > 0 -> return_old(me)
    :: t[me].new > 0 -> return_new(me)
    :: calls < CALLS -> rest(me)
    :: calls == CALLS && t[me].old + t[me].new == 0 -> break
    od;
    t[me].blocked = true /* it has ended */
}

#define HOLDS(n, table) (t[n].hand[0] == table || t[n].hand[1] == table)

/* rv_move_round, for one thread: what look_at finds. */
inline look_at(me) {
    atomic {
        if
        :: !back && t[me].moved[0] -> t[me].seen = true
        :: back && (t[me].moved[1] || !t[me].went) -> t[me].seen = true
        :: !back && t[me].blocked && t[me].old == 0 && !HOLDS(me, OLD) -> t[me].seen = true
        :: back && t[me].blocked && t[me].new == 0 -> t[me].seen = true
        :: else -> skip
        fi
    }
}

#define ALL_SEEN (t[0].seen && t[1].seen)

/* rv_update_mark, and a listing. */
inline mark() {
    atomic { wavered = false; t[0].seen = false; t[1].seen = false }
}

/* rv_transition_close */
inline close() {
    closed = true;
    if
    :: wavered -> closed = false; mark()
    :: else -> skip
    fi
}

/* Each thread was seen, blocked, with nothing of it: UPDATES.md, "The rule". */
#define HAS_NO_HOLD(n) (t[n].blocked && !HOLDS(n, HOLD))
#define HAS_NO_OLD(n)  (HAS_NO_HOLD(n) && t[n].old == 0 && !HOLDS(n, OLD))
#define HAS_NO_NEW(n)  (HAS_NO_HOLD(n) && t[n].new == 0 && !HOLDS(n, NEW))

/* The deadline, or somebody who asked for it: rv_update_turn */
inline turn() {
    atomic { back = true; state = RETURNING; mark() };
    over = TOGETHER
}

/* commit_locked: of an update, or of a revert */
inline commit() {
    directory = NEW;
    word = NEW;
    current = false;
    if
    :: state = COMMITTED
    :: state = REVERTED
    fi;
    over = true
}

proctype agent() {
    if
    :: state = CHECKED
    :: goto ended /* refused: rv_update_abort */
    fi;
    if
    :: skip
    :: at_once = true; state = READY; commit(); goto ended
    :: goto ended /* no memory for a transition: rv_update_abort */
    fi;
    /* start_moving */
    current = true;
    state = MOVING;
    word = HOLD;
    do
    :: state == MOVING && ALL_SEEN -> /* rv_update_commit */
        close();
        if
        :: closed -> commit(); break
        :: closed && TOGETHER -> turn() /* closed for a transformer, which could not do it */
        :: else -> skip
        fi
    :: state == RETURNING && (ALL_SEEN || TOGETHER) -> /* rv_update_returned */
        if
        :: TOGETHER -> skip
        :: else -> close()
        fi;
        if
        :: closed || TOGETHER ->
            word = OLD;
            current = false;
            if
            :: state = ABORTED
            :: state = COMMITTED /* a revert that was given up */
            fi;
            over = true;
            break
        :: else -> skip
        fi
    :: state == MOVING -> turn()
    :: !t[0].seen -> look_at(0)
    :: !t[1].seen -> look_at(1)
    od;
    /* the garbage: first the tables with the faults, then a patch's code that is not in force */
    HAS_NO_HOLD(0);
    HAS_NO_HOLD(1);
    hold_is_there = false;
ended:
    assert(word == directory);
    assert((word == NEW) == (over && !back));
    if
    :: state == REVERTED ->
        HAS_NO_OLD(0);
        HAS_NO_OLD(1);
        old_is_loaded = false
    :: state == STAGING || state == CHECKED || state == ABORTED ->
        HAS_NO_NEW(0);
        HAS_NO_NEW(1);
        new_is_loaded = false
    :: else -> skip
    fi
}

init {
    atomic {
        t[0].hand[0] = NONE;
        t[0].hand[1] = NONE;
        t[1].hand[0] = NONE;
        t[1].hand[1] = NONE;
        run thread(0);
        run thread(1);
        run agent()
    }
}
