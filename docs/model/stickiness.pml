/*
 * Sluice: a gateway load balancer that runs anywhere.
 * SPDX-License-Identifier: Apache-2.0
 *
 * How a flow keeps its target: one flow, three nodes, each of which takes packets in (flow table), may own the flow's
 * partition (authority), holds a copy of its record (map) and has a journal. README.md says what each line stands for,
 * what is assumed and what is left out. `check` runs it.
 *
 * A scenario is a set of -D: how often each thing may happen. A mutant is one more -D: WITHOUT_… takes a rule away,
 * MUTANT_… breaks one.
 */

/* ------------------------------------------------------------------ scenario */

#ifndef PACKETS
#define PACKETS 2 /* packets that find no entry */
#endif
#ifndef CRASHES
#define CRASHES 0 /* kill -9 of one node; it returns */
#endif
#ifndef HANDOVERS
#define HANDOVERS 0 /* the partition moves to another node that lives: join, balancing */
#endif
#ifndef SPLITS
#define SPLITS 0 /* one node is cut off, and comes back */
#endif
#ifndef CUTS
#define CUTS 0 /* power cut of all nodes; every node has a journal */
#endif
#ifndef DEADLINES
#define DEADLINES 0 /* questions given up though their owner lives: 20 ms were not enough */
#endif
#ifndef REOPENS
#define REOPENS 0 /* the flow ends by RST and a SYN opens the next one of its tuple (F-20) */
#endif
#ifndef IDLES
#define IDLES 0 /* an entry ends because its direction has fallen silent (F-10) */
#endif
#ifndef SCRIPT
#define SCRIPT 1 /* what happens to targets */
#endif
#ifndef REBALANCE
#define REBALANCE 0 /* T5; else no_rebalance, T1, T2 */
#endif
#ifndef TCP
#define TCP 0 /* a packet without record may not open a flow (F-16), else it may (F-17, F-22) */
#endif
#define JOURNAL (CUTS > 0)

/* The inputs' versions: which target a new flow gets, which ones have failed. */
#if SCRIPT == 0
#define LAST 0
#define PICK(in) 1
#define BAD(in, t) 0
#elif SCRIPT == 1 /* target 2 is registered, and ranks before 1 for this flow */
#define LAST 1
#define PICK(in) ((in) + 1)
#define BAD(in, t) 0
#elif SCRIPT == 2 /* target 1 fails, then recovers */
#define LAST 2
#define PICK(in) ((in) == 1 -> 2 : 1)
#define BAD(in, t) ((in) == 1 && (t) == 1)
#else /* target 2 is registered, 1 fails while 3 is registered, which ranks before both */
#define LAST 2
#define PICK(in) ((in) + 1)
#define BAD(in, t) ((in) == 2 && (t) == 1)
#endif
/* Whether flows may still be on t: P1 speaks of a live, allowed target. Under no_rebalance each stays allowed (T7). */
#define ALLOWED(t) (!(REBALANCE && (t) == 1 && LAST == 2 && inputs >= LAST - (SCRIPT == 2)))

/* ------------------------------------------------------------------ records */

/*
 * A record is a number, and NEWER is <:
 * acknowledged 1 | creation 4 | moves 2 | ended 1 | incarnation 3 | target 2 | last user 2
 */
#define RECORD(k, cr, mv, end, inc, t) (((k) << 14) | ((cr) << 10) | ((mv) << 8) | ((end) << 7) | ((inc) << 4) | ((t) << 2))
#define ACKNOWLEDGED (1 << 14)
#define ENDED (1 << 7)
#define SURE(r) ((r) & ACKNOWLEDGED)
#define CREATED(r) (((r) >> 10) & 15)
#define MOVES(r) (((r) >> 8) & 3)
#define INCARNATION(r) (((r) >> 4) & 7)
#define TARGET(r) (((r) >> 2) & 3)
#define USER(r) ((r) & 3)
#define COOKIE(r) (((r) >> 2) & 31) /* its incarnation and its target make a flow's cookie */
#define SAME(a, b) (((a) >> 2) == ((b) >> 2)) /* but for who used it last */
#define LIVE(r) ((r) != 0 && !((r) & ENDED))
/* In a printed trail: acknowledged or not, target, incarnation, creation, moves, whether it ended. */
inline tell(r) {
    if
    :: (r) == 0 -> printf("    none\n")
    :: else ->
        printf("    target %d, acknowledged %d, incarnation %d, created %d, moves %d, ended %d\n", TARGET(r), SURE(r) >> 14,
            INCARNATION(r), CREATED(r), MOVES(r), ((r) & ENDED) >> 7)
    fi
}

#ifdef WITHOUT_PROVISIONAL_RECORDS
/* the record as it is without the mark: the younger one wins */
#define NEWER(a, b) (((a) & ~ACKNOWLEDGED) > ((b) & ~ACKNOWLEDGED) -> (a) : (b))
#else
#define NEWER(a, b) ((a) > (b) -> (a) : (b))
#endif

/* Time passes when something happens to the world: what is created between two such events is created at once. */
#define CLOCK (1 + (CRASHES - crashes) + (HANDOVERS - handovers) + (SPLITS - splits) + (CUTS - cuts) + (REOPENS - reopens) + \
    inputs + healed)

/* ------------------------------------------------------------------ state */

/* What a scenario was about has happened: said once, by the verifier, for check to see. */
#define COVERS(what) c_code { static int said; if (!said) { said = 1; puts("covers " #what); } }

#define N 3
#define NOBODY N

/* the cluster as it is; side 1 is what is cut off */
bit up[N] = 1;
bit side[N];
/* owner and backup of the partition, a side */
byte owner[2];
byte backup[2] = 1;
byte inputs; /* newest version */
byte healed; /* splits that are over */

/* what a node knows */
#ifdef LAGS
byte heard[N]; /* version of the inputs */
#define HEARD(n) heard[n]
#else
#define HEARD(n) inputs /* all hear of them at once */
#endif
byte believed[N];            /* owner of the partition */
bit news[N];                 /* the table of owners has changed since it looked */

/* its flow table: the entry is a record, acknowledged or provisional */
short entry[N];
short before[N];             /* cookie of the flow that a SYN ended here, until the authority knows */
bit toOffer[N];              /* entries are to be offered to a new owner */
bit silent[N];               /* no packets come in here any more */
byte asking[N];              /* kind of the question under way, 0: none */
byte asked[N];               /* whom */
bit late[N];                 /* the owner has changed since it asked */

/* its authority */
short record[N];
bit loaded[N];
bit window[N];               /* recovery window of an owner: absence of a record proves nothing */
bit lost[N];                 /* an owner that stays has not noticed yet that a member is gone */
bit dirty[N];                /* the record is to be written */
short writing[N];            /* record on its way to map and journal */
bit mapped[N];               /* it is in the map, not yet in the journal */

short map[N];
short journal[N];

#define OPEN 1
#define RECORD_ONLY 2
#define MOVE 3
#define OFFER 4
#define REOPEN 5
#define CLOSED 6
chan question[N * N] = [1] of { byte, short, short }; /* kind, entry or ended flow, cookie before */

#define OKAY 1
#define NOT_OWNER 2
#define NO_FLOW 3
chan answer[N * N] = [1] of { byte, short };

/* budgets */
byte packets = PACKETS;
byte crashes = CRASHES;
byte handovers = HANDOVERS;
byte splits = SPLITS;
byte cuts = CUTS;
byte deadlines = DEADLINES;
byte reopens = REOPENS;
byte idles = IDLES;

bit begun;                   /* the flow's first packet has come */
bit heardHere[N];            /* the owner has heard of this node's entry since a direction fell silent */

/* ghosts: nobody in the model reads them but the properties */
short promised;              /* the acknowledged record */
byte blind = NOBODY;         /* node that is or was cut off without a copy of it, until it looks */
short buried = -1;           /* cookie of the flow that ended */
bit gone;                    /* the record of the next one is acknowledged */

byte calling = NOBODY + 1; /* nobody moves before the world has begun */

hidden short x, y;
hidden byte kind, from, s;

#define WITH(a, b) (up[a] && up[b] && side[a] == side[b])

/* ------------------------------------------------------------------ properties */

/* P1, P3, P4: what an owner answers as acknowledged is the promised target, while that is allowed. */
inline promise_kept(n, r) {
    assert(!(promised != 0 && SURE(r) && TARGET(r) != TARGET(promised) && ALLOWED(TARGET(promised)) && ALLOWED(TARGET(r)) &&
        blind != n));
}

/* P1, P4: an entry that is on the promised target does not leave it. */
inline entry_stays(n, r) {
    assert(!(promised != 0 && SURE(entry[n]) && TARGET(entry[n]) == TARGET(promised) && TARGET(r) != TARGET(promised) &&
        ALLOWED(TARGET(promised))))
}

inline acknowledge(n, r) {
    if
    :: SURE(r) && LIVE(r) && side[n] == 0 && COOKIE(r) != buried ->
        assert(promised == 0 || TARGET(r) == TARGET(promised) || !ALLOWED(TARGET(promised)));
        blind = (SAME(promised, r) -> blind : (side[0] -> 0 : (side[1] -> 1 : (side[2] -> 2 : blind))));
        promised = r;
        gone = (buried >= 0);
        COVERS(acknowledged);
        printf("acknowledged\n"); tell(promised)
    :: else
    fi
}

/* W-16: when nothing is under way, every entry has target and cookie of the record; P1, P3: it is the promised one. */
#define AGREES(n) (entry[n] == 0 || (SURE(entry[n]) && LIVE(record[owner[0]]) && \
    TARGET(entry[n]) == TARGET(record[owner[0]]) && COOKIE(entry[n]) == COOKIE(record[owner[0]])))
inline calm() {
    assert(AGREES(0)); assert(AGREES(1)); assert(AGREES(2));
    assert(promised == 0 || (LIVE(record[owner[0]]) &&
        (TARGET(record[owner[0]]) == TARGET(promised) || !ALLOWED(TARGET(promised)))));
    /* W-17 */
    assert(!gone || !LIVE(record[owner[0]]) || COOKIE(record[owner[0]]) != buried)
}

/* ------------------------------------------------------------------ ingress */

inline answered(n) { asking[n] = 0; asked[n] = 0; late[n] = 0 }

/* Nobody answered: this node picks, provisional. A flow that moves, moves only to a target that is well (T10). */
inline decide_locally(n) {
    if
    :: asking[n] == MOVE && BAD(HEARD(n), PICK(HEARD(n))) -> skip
    :: asking[n] == MOVE && !BAD(HEARD(n), PICK(HEARD(n))) ->
        entry_stays(n, RECORD(0, 0, 0, 0, 0, PICK(HEARD(n))));
        entry[n] = RECORD(0, CLOCK, 0, 0, INCARNATION(entry[n]) + 1, PICK(HEARD(n)))
    :: asking[n] == REOPEN ->
        entry[n] = RECORD(0, CLOCK, 0, 0, (before[n] >> 2) + 1, PICK(HEARD(n)))
    :: asking[n] == OPEN || asking[n] == RECORD_ONLY ->
        entry[n] = RECORD(0, CLOCK, 0, 0, 0, PICK(HEARD(n)))
    :: else
    fi;
    answered(n)
}

/* Asks who it believes to be the owner; nobody: decides alone. */
inline ask(n) {
    asking[n] = kind;
    if
    :: believed[n] == NOBODY -> decide_locally(n)
    :: else -> asked[n] = believed[n];
        calling = (believed[n] == n -> n : NOBODY);
        question[n * N + believed[n]]!kind, x, y
    fi
}

/* Another live entry of the flow is in use. */
#define OTHER(n, m) (n != m && up[m] && entry[m] != 0 && !silent[m])
#define OTHERS(n) (OTHER(n, 0) || OTHER(n, 1) || OTHER(n, 2))
#define TOUCHED(n, m) (!OTHER(n, m) || heardHere[m])

/* Its owner is gone, or its question was lost. */
#define NO_ANSWER(n, m) (!WITH(n, m) || len(question[n * N + m]) + len(answer[m * N + n]) == 0)
#define MAY_ASK(n) (up[n] && asking[n] == 0 && (believed[n] == NOBODY || \
    (empty(question[n * N + believed[n]]) && empty(answer[believed[n] * N + n]))))

/* The answer to the question that was asked; a later one is not listened to. */
inline take_answer(n) {
    if
    :: kind == OKAY && (asking[n] == OPEN || asking[n] == RECORD_ONLY || asking[n] == REOPEN) ->
        entry[n] = x; before[n] = 0; toOffer[n] = late[n]; answered(n)
    :: kind == OKAY && (asking[n] == MOVE || asking[n] == OFFER) ->
        entry_stays(n, x);
        entry[n] = x; before[n] = 0; toOffer[n] = late[n]; answered(n)
    :: kind == NO_FLOW -> COVERS(adopted); decide_locally(n)
    :: else -> answered(n) /* asked again by the next packet */
    fi
}

/* ------------------------------------------------------------------ authority */

/* A flow that nobody can prove to be new is provisional until the window closes. */
#define PROVEN(n) (window[n] -> 0 : 1)

inline opens(n, proven, inc) {
    x = (CREATED(record[n]) + 1 > CLOCK -> CREATED(record[n]) + 1 : CLOCK);
    y = (record[n] != 0 && INCARNATION(record[n]) + 1 > inc -> INCARNATION(record[n]) + 1 : inc);
    record[n] = RECORD(proven, x, 0, 0, y, PICK(HEARD(n)));
    dirty[n] = 1
}

inline serve_open(n) {
    if
    :: LIVE(record[n]) -> skip
    :: else -> opens(n, PROVEN(n), 0)
    fi
}

inline serve_move(n) {
    if
    :: LIVE(record[n]) && COOKIE(record[n]) == COOKIE(x) && !BAD(HEARD(n), PICK(HEARD(n))) &&
        PICK(HEARD(n)) != TARGET(x) ->
#ifdef MUTANT_MOVE_KEEPS_COOKIE
        record[n] = RECORD(SURE(record[n]) >> 14, CREATED(record[n]), MOVES(record[n]), 0, INCARNATION(record[n]),
            PICK(HEARD(n)));
#else
        record[n] = RECORD(SURE(record[n]) >> 14, CREATED(record[n]), MOVES(record[n]) + 1, 0,
            INCARNATION(record[n]) + 1, PICK(HEARD(n)));
        COVERS(failed-over);
#endif
        dirty[n] = 1
    :: !LIVE(record[n]) -> opens(n, PROVEN(n), INCARNATION(x) + 1)
    :: else
    fi
}

/* The record wins, but for a provisional one against an acknowledged entry, and for one that is older. */
inline serve_offer(n) {
    if
    :: !LIVE(record[n]) ->
        /* a younger flow than the one that ended */
        record[n] = (record[n] != 0 && CREATED(x) < CREATED(record[n]) ->
            RECORD(0, CREATED(record[n]), MOVES(x), 0, INCARNATION(x), TARGET(x)) :
            x & ~(ACKNOWLEDGED | 3));
        record[n] = record[n] | ((SURE(x) || !window[n]) -> ACKNOWLEDGED : 0);
        dirty[n] = 1
#ifndef WITHOUT_PROVISIONAL_RECORDS
    :: LIVE(record[n]) && !SURE(record[n]) && SURE(x) -> record[n] = x & ~3; dirty[n] = 1
#endif
#ifndef WITHOUT_MOVES_IN_OFFERS
    :: LIVE(record[n]) && SURE(record[n]) && SURE(x) && CREATED(x) == CREATED(record[n]) && MOVES(x) > MOVES(record[n]) ->
        record[n] = x & ~3; dirty[n] = 1
#endif
#ifdef MUTANT_PROVISIONAL_REPLACES
    :: LIVE(record[n]) && !SURE(x) -> record[n] = x | ACKNOWLEDGED; dirty[n] = 1
#endif
#ifndef WITHOUT_ENDED_IN_OFFERS
    :: LIVE(record[n]) && y != 0 && y == COOKIE(record[n]) && !SURE(x) ->
        buried = COOKIE(record[n]); promised = 0;
        record[n] = x | ACKNOWLEDGED; dirty[n] = 1
#endif
    :: else
    fi
}

/* A SYN on a closed entry: the flow of that cookie is buried, whoever used it last; the next one is proven. */
inline serve_reopen(n) {
    if
    :: LIVE(record[n]) && COOKIE(record[n]) == COOKIE(x) ->
        buried = COOKIE(x); promised = 0;
        opens(n, 1, INCARNATION(x) + 1)
    :: !LIVE(record[n]) ->
        buried = COOKIE(x); promised = 0;
        opens(n, 1, INCARNATION(x) + 1)
    :: else
    fi
}

/* An offer says when the flow was last seen: that of a silent direction is no use. */
inline used(n, by) {
    if
#ifdef WITHOUT_SEEN_IN_OFFERS
    :: IDLES > 0 && LIVE(record[n]) ->
#else
    :: IDLES > 0 && LIVE(record[n]) && !silent[by] ->
#endif
        record[n] = (record[n] & ~3) | (by + 1)
    :: else
    fi;
    heardHere[by] = IDLES > 0
}

inline serve(n) {
    question[from * N + n]?kind, x, y;
    if
    :: believed[n] != n -> if :: kind != CLOSED -> answer[n * N + from]!NOT_OWNER, 0 :: else fi
    :: believed[n] == n && kind == CLOSED ->
        if
#ifdef MUTANT_END_THOUGH_USED
        :: LIVE(record[n]) && COOKIE(record[n]) == COOKIE(x) ->
#else
        :: LIVE(record[n]) && COOKIE(record[n]) == COOKIE(x) && USER(record[n]) == from + 1 ->
#endif
            record[n] = record[n] | ENDED; dirty[n] = 1
        :: else
        fi
    :: believed[n] == n && kind != CLOSED ->
        if
        :: kind == OPEN -> serve_open(n)
        :: kind == MOVE -> serve_move(n)
        :: kind == OFFER -> serve_offer(n)
        :: kind == REOPEN -> serve_reopen(n)
        :: else
        fi;
        used(n, from);
        if
        :: LIVE(record[n]) ->
            promise_kept(n, record[n]);
            answer[n * N + from]!OKAY, (record[n] & ~3)
        :: else -> answer[n * N + from]!NO_FLOW, 0
        fi
    fi
}

#ifdef MUTANT_ANSWER_BEFORE_LOAD
#define READY(n) 1
#else
#define READY(n) loaded[n]
#endif

/* It looks at the table of owners; the authority of a partition lost or gained begins with nothing. */
inline look(n) {
#ifdef WITHOUT_TABLE_VERSION
    if
    :: believed[n] != owner[side[n]] ->
#else
    if
    :: true ->
#endif
        record[n] = 0; dirty[n] = 0; loaded[n] = 0; window[n] = 0; lost[n] = 0;
#ifndef WITHOUT_FENCE
        if :: !mapped[n] -> writing[n] = 0 :: else fi;
#endif
#ifndef WITHOUT_LATE_ANSWERS_OFFERED
        late[n] = (asking[n] != 0);
#endif
        toOffer[n] = (entry[n] != 0);
        believed[n] = owner[side[n]];
        blind = (blind == n && side[n] == 0 -> NOBODY : blind);
        heardHere[0] = 0; heardHere[1] = 0; heardHere[2] = 0;
#ifdef MUTANT_ANSWER_BEFORE_LOAD
        window[n] = 0;
#endif
#ifdef WITHOUT_TABLE_VERSION
    :: else
#endif
    fi;
    news[n] = 0
}

/*
 * A member is gone: dead or cut off, nobody can tell. What others decide is not heard here, so the window opens, and what
 * is not acknowledged is provisional.
 */
inline notice(n) {
    lost[n] = 0;
#ifndef WITHOUT_WINDOW_OF_LOSS
    window[n] = 1;
#ifndef WITHOUT_UNSENT_DOUBTED
    if
    :: dirty[n] || writing[n] != 0 ->
        record[n] = record[n] & ~ACKNOWLEDGED;
        writing[n] = 0; mapped[n] = 0; dirty[n] = 1
    :: else
    fi
#endif
#endif
}

inline load(n) {
#ifdef MUTANT_ANSWER_BEFORE_LOAD
    record[n] = NEWER(record[n], map[n]);
#else
    record[n] = map[n];
#endif
    loaded[n] = 1;
    window[n] = 1;
#ifndef WITHOUT_LOADED_JOURNALED
    dirty[n] = (record[n] != 0 && JOURNAL)
#endif
}

/* Everybody who could know of the flow has offered what it knows. */
#define OFFERED(n, m) (!(up[m] && side[m] == side[n] && (news[m] || toOffer[m] || late[m] || believed[m] != n)) && \
    !(CUTS > cuts && !up[m]))
#define SETTLED(n) (side[n] == 0 && !lost[n] && !dirty[n] && writing[n] == 0 && OFFERED(n, 0) && OFFERED(n, 1) && OFFERED(n, 2))

inline close_window(n) {
    window[n] = 0;
    if
    :: LIVE(record[n]) && !SURE(record[n]) -> record[n] = record[n] | ACKNOWLEDGED; dirty[n] = 1
    :: else
    fi
}

/* Write-behind: one write at a time. */
inline write(n) {
    if
    :: dirty[n] && writing[n] == 0 -> writing[n] = record[n]; dirty[n] = 0
    :: else
    fi
}

/* The map takes a record from its writer where that still owns the partition, on both copies at once. */
inline put(n) {
    s = side[n];
    if
#ifdef WITHOUT_FENCE
    :: owner[s] != NOBODY ->
#else
    :: owner[s] == n && !news[n] ->
#endif
        map[owner[s]] = writing[n];
#ifndef MUTANT_ACKNOWLEDGED_BEFORE_BACKUP
        if :: backup[s] != NOBODY -> map[backup[s]] = writing[n] :: else fi;
#endif
        if
        :: JOURNAL -> mapped[n] = 1
        :: else -> acknowledge(n, writing[n]); writing[n] = 0
        fi
    :: else -> writing[n] = 0 /* refused */
    fi
}

inline sync(n) {
    journal[n] = writing[n];
    acknowledge(n, writing[n]);
    writing[n] = 0; mapped[n] = 0
}

/* ------------------------------------------------------------------ a node */

/* ------------------------------------------------------------------ the world */

/* The partition's owner on the main side has changed. */
inline all_news() {
    news[0] = up[0] && side[0] == 0;
    news[1] = up[1] && side[1] == 0;
    news[2] = up[2] && side[2] == 0
}

inline drain_question(c) { if :: nempty(question[c]) -> question[c]?kind, x, y :: empty(question[c]) fi }
inline drain_answer(c) { if :: nempty(answer[c]) -> answer[c]?kind, x :: empty(answer[c]) fi }

inline drain_to(n) {
    calling = (calling == n -> NOBODY : calling);
    drain_question(n); drain_question(N + n); drain_question(2 * N + n);
    drain_answer(n); drain_answer(N + n); drain_answer(2 * N + n)
}

inline drain_from(n) {
    drain_question(n * N); drain_question(n * N + 1); drain_question(n * N + 2);
    drain_answer(n * N); drain_answer(n * N + 1); drain_answer(n * N + 2)
}

/* All that is in its memory is gone. What it has sent still arrives. */
inline dies(n) {
    up[n] = 0;
    entry[n] = 0; before[n] = 0; toOffer[n] = 0; answered(n);
    record[n] = 0; loaded[n] = 0; window[n] = 0; dirty[n] = 0; writing[n] = 0; mapped[n] = 0;
    map[n] = 0; believed[n] = NOBODY; news[n] = 0; lost[n] = 0; heardHere[n] = 0;
    drain_to(n)
}

/* The third node, where it is up and on the main side. */
#define THIRD(a, b) (N - (a) - (b))
#define SPARE(a, b) (up[THIRD(a, b)] && side[THIRD(a, b)] == 0 -> THIRD(a, b) : NOBODY)

/* Node n leaves the main side: another copy takes its place, and is copied from. */
inline leaves(n) {
    if
    :: owner[0] == n && backup[0] != NOBODY ->
        owner[0] = backup[0];
        backup[0] = SPARE(n, owner[0]);
        if :: backup[0] != NOBODY -> map[backup[0]] = map[owner[0]] :: else fi;
        all_news()
    :: backup[0] == n ->
        backup[0] = SPARE(n, owner[0]);
        if :: backup[0] != NOBODY -> map[backup[0]] = map[owner[0]] :: else fi
    :: else
    fi;
    if :: owner[0] != NOBODY -> lost[owner[0]] = (believed[owner[0]] == owner[0] && !news[owner[0]]) :: else fi
}

/* A record that comes from elsewhere: from the other side, or from a journal. */
inline merges(r) {
#ifdef MUTANT_MERGE_LATER_WRITER
    x = (r != 0 -> r : map[owner[0]]);
#else
    x = NEWER(map[owner[0]], r);
#endif
    map[owner[0]] = x;
    if :: backup[0] != NOBODY -> map[backup[0]] = x :: else fi;
#ifndef WITHOUT_OWNER_TOLD_OF_MERGE
    if
#ifdef MUTANT_MERGE_LATER_WRITER
    :: loaded[owner[0]] && x != record[owner[0]] ->
#else
    :: loaded[owner[0]] && NEWER(record[owner[0]], x) != record[owner[0]] ->
#endif
        record[owner[0]] = x;
        dirty[owner[0]] = 1
    :: else
    fi;
    window[owner[0]] = loaded[owner[0]]
#endif
}

/* Whether some node holds all there is to know: it has loaded, journaled, and its window is closed. */
#define COMPLETE(n) (up[n] && believed[n] == n && loaded[n] && !window[n] && !dirty[n] && writing[n] == 0)

inline joins(n) {
    news[n] = 1;
    if
    :: owner[0] == NOBODY -> owner[0] = n; map[n] = journal[n]; all_news()
    :: owner[0] != NOBODY && backup[0] == NOBODY && owner[0] != n -> backup[0] = n; map[n] = map[owner[0]]
    :: else
    fi
}

inline returns(n) {
    up[n] = 1;
    joins(n);
#ifdef MUTANT_REPLAY_OVER_CLUSTER
    if
    :: JOURNAL && journal[n] != 0 && owner[0] != n ->
        map[owner[0]] = journal[n];
        if :: backup[0] != NOBODY -> map[backup[0]] = journal[n] :: else fi;
        record[owner[0]] = journal[n]
    :: else
    fi
#else
    if
    :: JOURNAL && owner[0] != n && !(COMPLETE(0) || COMPLETE(1) || COMPLETE(2)) -> merges(journal[n])
    :: JOURNAL && (COMPLETE(0) || COMPLETE(1) || COMPLETE(2)) -> journal[n] = 0
    :: else
    fi
#endif
}

inline is_cut_off(n) {
    blind = ((owner[0] == n || backup[0] == n) && promised != 0 && SAME(map[n], promised) -> NOBODY : n);
    side[n] = 1;
    leaves(n);
    owner[1] = n;
    news[n] = (believed[n] != n || news[n]);
    lost[n] = !news[n];
    drain_to(n);
    drain_from(n)
}

inline comes_back(n) {
    side[n] = 0;
    healed++;
    owner[1] = NOBODY;
    drain_to(n);
    drain_from(n);
    merges(map[n]);
    if :: owner[0] != n && backup[0] != n -> map[n] = 0 :: else fi;
    joins(n)
}

inline hand_over(n) {
    backup[0] = owner[0];
    map[n] = map[owner[0]];
    owner[0] = n;
    if :: up[THIRD(n, backup[0])] -> map[THIRD(n, backup[0])] = 0 :: else fi;
    all_news()
}

#define ALL_ON_MAIN (side[0] == 0 && side[1] == 0 && side[2] == 0)
#define MAY_CRASH(n) (crashes > 0 && ALL_ON_MAIN && up[n] && owner[0] != NOBODY && backup[0] != NOBODY)
#define MAY_SPLIT(n) (splits > 0 && ALL_ON_MAIN && up[0] && up[1] && up[2] && backup[0] != NOBODY)
#define MAY_TAKE(n) (handovers > 0 && ALL_ON_MAIN && up[n] && owner[0] != NOBODY && owner[0] != n)

/* A packet of the flow, of any direction, finds no entry here. */
#ifndef TAKES_PACKETS
#define TAKES_PACKETS(n) ((n) != 1) /* node 1 only keeps records */
#endif
#define MISSES(n) (TAKES_PACKETS(n) && entry[n] == 0 && !silent[n] && packets > 0)
/* A packet of a flow whose target has failed (T5). */
#define MUST_MOVE(n) (REBALANCE && entry[n] != 0 && BAD(HEARD(n), TARGET(entry[n])) && !BAD(HEARD(n), PICK(HEARD(n))))
/* Entries that are provisional, or that a new owner has not heard of, are offered. */
#define OFFERS(n) (entry[n] != 0 && believed[n] != NOBODY && (!SURE(entry[n]) || toOffer[n]))
/* Half a lease later an entry is offered again: worth a step where it differs from the record, or somebody fell silent. */
#ifdef WITHOUT_ANSWERED_TOUCHES
#define DIFFERS(n, o) 0
#else
#define DIFFERS(n, o) (loaded[o] && (!LIVE(record[o]) || (SURE(record[o]) && !SAME(entry[n], record[o]))))
#endif
#define TOUCHES(n) (SURE(entry[n]) && !toOffer[n] && believed[n] != NOBODY && (DIFFERS(n, believed[n]) || \
    (IDLES > idles && !silent[n] && !heardHere[n])))
/* The client closes by RST and opens anew (F-19, F-20). */
#define ENDS(n) (reopens > 0 && SURE(entry[n]))

#define QUESTION(n, m) (side[n] == side[m] && nempty(question[m * N + n]) && empty(answer[n * N + m]))

/* A question to oneself is a call: nobody else moves meanwhile. */
active [N] proctype node() provided (calling == NOBODY || calling == _pid) {
end:
    do
    :: atomic { MAY_ASK(_pid) && (MISSES(_pid) || MUST_MOVE(_pid) || OFFERS(_pid) || TOUCHES(_pid) || ENDS(_pid)) ->
        if
        :: MISSES(_pid) && TCP && begun -> d_step { packets--; kind = RECORD_ONLY; x = 0; y = 0 }
        :: MISSES(_pid) && !(TCP && begun) -> d_step { packets--; begun = 1; kind = OPEN; x = 0; y = 0 }
        :: MUST_MOVE(_pid) -> d_step { kind = MOVE; x = entry[_pid]; y = 0 }
        :: OFFERS(_pid) -> d_step { kind = OFFER; x = entry[_pid]; y = before[_pid] }
        :: TOUCHES(_pid) -> d_step { kind = OFFER; x = entry[_pid]; y = 0 }
        :: ENDS(_pid) -> d_step {
            COVERS(reopened);
            reopens--;
            kind = REOPEN; x = entry[_pid]; y = 0;
            before[_pid] = COOKIE(x);
            entry[_pid] = 0 }
        fi;
        d_step {
            printf("node %d asks node %d (3: nobody), kind %d (open 1, record only 2, move 3, offer 4, reopen 5)\n", _pid,
                believed[_pid], kind); tell(x);
            ask(_pid) } }
    /* the deadline: of an owner that is no more, or is only slow */
    :: atomic { up[_pid] && asking[_pid] != 0 && (deadlines > 0 || NO_ANSWER(_pid, asked[_pid])) -> d_step {
        deadlines = deadlines - (NO_ANSWER(_pid, asked[_pid]) -> 0 : 1);
        COVERS(late);
        printf("node %d waits for node %d no longer\n", _pid, asked[_pid]);
        decide_locally(_pid) } }
    /* answers: to the last question that was not given up */
    :: atomic { up[_pid] && (nempty(answer[_pid]) || nempty(answer[N + _pid]) || nempty(answer[2 * N + _pid])) ->
        if
        :: nempty(answer[_pid]) -> from = 0
        :: nempty(answer[N + _pid]) -> from = 1
        :: nempty(answer[2 * N + _pid]) -> from = 2
        fi;
        d_step {
            answer[from * N + _pid]?kind, x;
            calling = NOBODY;
            printf("node %d hears from node %d, outcome %d (okay 1, not owner 2, no flow 3)\n", _pid, from, kind); tell(x);
            if :: asking[_pid] != 0 && asked[_pid] == from -> take_answer(_pid) :: else fi } }
    /* questions; those about a partition that is not loaded yet wait */
    :: atomic { up[_pid] && (believed[_pid] != _pid || READY(_pid)) &&
        (QUESTION(_pid, 0) || QUESTION(_pid, 1) || QUESTION(_pid, 2)) ->
        if
        :: QUESTION(_pid, 0) -> from = 0
        :: QUESTION(_pid, 1) -> from = 1
        :: QUESTION(_pid, 2) -> from = 2
        fi;
        d_step {
            serve(_pid); write(_pid);
            printf("node %d has served node %d, kind %d, window %d\n", _pid, from, kind, window[_pid]); tell(record[_pid]) } }
    /* who owns the partition */
    :: atomic { up[_pid] && news[_pid] -> d_step {
        look(_pid);
        printf("node %d believes that node %d is the owner\n", _pid, believed[_pid]);
#ifndef MUTANT_ANSWER_BEFORE_LOAD
        if
        :: believed[_pid] == _pid -> load(_pid); write(_pid); printf("node %d has loaded\n", _pid); tell(record[_pid])
        :: else
        fi
#endif
        } }
#ifdef MUTANT_ANSWER_BEFORE_LOAD
    :: atomic { up[_pid] && believed[_pid] == _pid && owner[side[_pid]] == _pid && !loaded[_pid] -> d_step { load(_pid); write(_pid) } }
#endif
    :: atomic { up[_pid] && believed[_pid] == _pid && loaded[_pid] && window[_pid] && SETTLED(_pid) -> d_step {
        printf("node %d closes its window\n", _pid);
        close_window(_pid); write(_pid) } }
    :: atomic { up[_pid] && lost[_pid] -> d_step {
        notice(_pid); write(_pid);
        printf("node %d misses a member\n", _pid) } }
    /* write-behind */
#ifdef MUTANT_WRITES_REORDERED
    :: atomic { up[_pid] && believed[_pid] == _pid && dirty[_pid] && writing[_pid] != 0 && !mapped[_pid] -> d_step {
        x = writing[_pid]; writing[_pid] = record[_pid]; dirty[_pid] = 0; put(_pid); writing[_pid] = x } }
#endif
    :: atomic { up[_pid] && writing[_pid] != 0 && !mapped[_pid] && !lost[_pid] && owner[side[_pid]] != NOBODY -> d_step {
        printf("node %d writes to the map\n", _pid); tell(writing[_pid]);
        put(_pid); write(_pid) } }
    :: atomic { JOURNAL && up[_pid] && writing[_pid] != 0 && mapped[_pid] -> d_step {
        printf("node %d has written its journal\n", _pid);
        sync(_pid); write(_pid) } }
    /* inputs */
#ifdef LAGS
    :: atomic { up[_pid] && heard[_pid] < inputs -> heard[_pid]++ }
#endif
    /* a direction falls silent; the other node's entry goes on, and is touched before this one's time is over */
    :: atomic { idles > 0 && up[_pid] && SURE(entry[_pid]) && OTHERS(_pid) -> d_step {
        printf("node %d hears no more of the flow\n", _pid);
        idles--;
        silent[_pid] = 1;
        heardHere[0] = 0; heardHere[1] = 0; heardHere[2] = 0 } }
    :: atomic { silent[_pid] && MAY_ASK(_pid) && entry[_pid] != 0 && OTHERS(_pid) && TOUCHED(_pid, 0) && TOUCHED(_pid, 1) &&
        TOUCHED(_pid, 2) -> d_step {
        if
        :: believed[_pid] != NOBODY -> question[_pid * N + believed[_pid]]!CLOSED, entry[_pid], 0
        :: else
        fi;
        COVERS(idle);
        printf("the entry of node %d ends, unused\n", _pid);
        entry[_pid] = 0; toOffer[_pid] = 0; before[_pid] = 0 } }
    /* what becomes of the node */
    :: atomic { MAY_CRASH(_pid) -> d_step {
        COVERS(killed);
        printf("node %d is killed\n", _pid);
        crashes--; leaves(_pid); dies(_pid) } }
    :: atomic { !up[_pid] -> d_step {
        COVERS(returned);
        printf("node %d returns\n", _pid);
        returns(_pid) } }
    :: atomic { MAY_SPLIT(_pid) -> d_step {
        COVERS(cut-off);
        printf("node %d is cut off\n", _pid);
        splits--; is_cut_off(_pid) } }
    :: atomic { side[_pid] == 1 -> d_step {
        COVERS(healed);
        comes_back(_pid);
        printf("node %d is cut off no longer\n", _pid); tell(map[owner[0]]) } }
    :: atomic { MAY_TAKE(_pid) -> d_step {
        COVERS(moved-partition);
        printf("the partition moves to node %d\n", _pid);
        handovers--; hand_over(_pid) } }
    od
}

active proctype world() provided (calling >= NOBODY) {
    atomic { loaded[0] = 1; calling = NOBODY }
    do
    :: atomic { inputs < LAST -> inputs++; printf("inputs %d: new flows go to target %d\n", inputs, PICK(inputs)) }
    :: atomic { cuts > 0 && up[0] && up[1] && up[2] && ALL_ON_MAIN -> d_step {
        COVERS(power);
        printf("power cut\n");
        cuts--;
        dies(0); dies(1); dies(2);
        owner[0] = NOBODY; backup[0] = NOBODY } }
    /* nothing can happen any more */
    :: atomic { timeout -> d_step { printf("nothing is under way any more\n"); calm() }; break }
    od
}
