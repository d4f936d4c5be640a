"""The figures of the README, each as a ratio to a floor measured in the same run (docs/bench.md)."""
