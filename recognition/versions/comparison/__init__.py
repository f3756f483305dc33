"""Two versions of the network on the same photos: which one is better, and where.

`Comparison.findings`, shares from 0 to 1:

    baseline, candidate: what each reaches on the test photos, as `cnn.evaluation.measure` tells.
    fixed, broken: how many photos the baseline has wrong and the candidate right, and how many it
        does not have wrong but the candidate does.
    finer, broader: how many photos the baseline has right but broad and the candidate exactly, and
        the other way round. broad: how many the baseline has wrong and the candidate right but
        broad, which counts as nothing won. Missing in findings from before there was a tree.
    lost, gained: slugs of labels that the candidate no longer knows, or newly knows.
    test_set: a name for the test photos with their labels. Missing in older findings.
    left_out: {reason: photos} of the test split that were not compared: "trained_on" by either
        version or one that is measured along with them, "retired" label, "unreadable" file,
        "unread" because it would take too long.
    is_capped: whether there are older test photos that were not looked at.
    speed: None for versions of the same backbone, whose speed is the same. Otherwise
        {"side_by_side", "baseline", "candidate"}, images a second: without these where the machine
        had other things to do. Without "side_by_side" they come from before they were measured in
        turns, and tell nothing.
    replay: {"photos": how many of the latest uploads both answered, "different": how many of them
        differently, "left_out": how many could not be answered}.
    seconds: how long it took.
"""
