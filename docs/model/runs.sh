# shellcheck shell=bash
# What check runs: scenarios, with the lines that they must reach, and mutants.

scenario crash 'acknowledged killed returned' -DCRASHES=1
scenario crash-tcp 'acknowledged killed adopted' -DCRASHES=1 -DTCP=1
scenario handover 'acknowledged moved-partition' -DHANDOVERS=1
scenario split 'acknowledged cut-off healed' -DSPLITS=1
scenario split-tcp 'acknowledged cut-off healed adopted' -DSPLITS=1 -DTCP=1
scenario failover 'acknowledged failed-over' -DSCRIPT=2 -DREBALANCE=1 -DLAGS
scenario failover-crash 'acknowledged failed-over killed' -DSCRIPT=3 -DREBALANCE=1 -DCRASHES=1
scenario no-rebalance-crash 'acknowledged killed' -DSCRIPT=2 -DREBALANCE=0 -DCRASHES=1
scenario deadline 'acknowledged late' -DDEADLINES=1 -DTCP=1 -DHANDOVERS=1
scenario reopen 'acknowledged reopened killed' -DREOPENS=1 -DCRASHES=1
scenario reopen-deadline 'reopened late' -DREOPENS=1 -DDEADLINES=1
scenario idle 'acknowledged idle moved-partition' -DIDLES=1 -DHANDOVERS=1 -DPACKETS=3
scenario power-cut 'acknowledged power' -DCUTS=1

mutant MUTANT_PROVISIONAL_REPLACES -DDEADLINES=1 -DHANDOVERS=1
mutant MUTANT_MERGE_LATER_WRITER -DSPLITS=1
mutant MUTANT_ANSWER_BEFORE_LOAD -DCRASHES=1
mutant MUTANT_WRITES_REORDERED -DSCRIPT=2 -DREBALANCE=1 -DCRASHES=1
mutant MUTANT_ACKNOWLEDGED_BEFORE_BACKUP -DCRASHES=1
mutant WITHOUT_PROVISIONAL_RECORDS -DSPLITS=1
mutant WITHOUT_WINDOW_OF_LOSS -DSPLITS=1
mutant WITHOUT_UNSENT_DOUBTED -DSPLITS=1
mutant WITHOUT_MOVES_IN_OFFERS -DSCRIPT=3 -DREBALANCE=1 -DCRASHES=1
mutant WITHOUT_ANSWERED_TOUCHES -DSCRIPT=2 -DREBALANCE=1
mutant WITHOUT_LOADED_JOURNALED -DCUTS=1 -DCRASHES=1
