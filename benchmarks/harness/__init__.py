"""What the benchmarks share: options, processes, tables, the machine's description, the report."""
