using Microsoft.CodeAnalysis.FlowAnalysis;

namespace Holdfast.Analyzers.Liveness;

/// <summary>Where control may go from each block, with what the graph itself leaves out: the ways through finally blocks, and of exceptions.</summary>
sealed class FlowEdges
{
    /// <summary>The blocks that may run after the end of a block.</summary>
    public List<int>[] Next { get; }

    /// <summary>The blocks that may run after any point within a block, because something threw.</summary>
    public List<int>[] Handlers { get; }

    public FlowEdges(ControlFlowGraph graph)
    {
        var count = graph.Blocks.Length;
        Next = [.. Enumerable.Range(0, count).Select(_ => new List<int>())];
        Handlers = [.. graph.Blocks.Select(HandlersOf)];
        foreach (var block in graph.Blocks)
        {
            Follow(graph, block.Ordinal, block.FallThroughSuccessor);
            Follow(graph, block.Ordinal, block.ConditionalSuccessor);
        }
    }

    void Follow(ControlFlowGraph graph, int from, ControlFlowBranch? branch)
    {
        if (branch is null) return;
        List<int> sources = [from];
        foreach (var region in branch.FinallyRegions)
        {
            foreach (var source in sources) Link(source, region.FirstBlockOrdinal);
            sources = [.. EndsOf(graph, region)];
        }
        if (branch.Destination is not { } destination) return;
        foreach (var source in sources) Link(source, destination.Ordinal);
    }

    void Link(int from, int to)
    {
        if (!Next[from].Contains(to)) Next[from].Add(to);
    }

    static IEnumerable<int> EndsOf(ControlFlowGraph graph, ControlFlowRegion region)
    {
        for (var i = region.FirstBlockOrdinal; i <= region.LastBlockOrdinal; i++)
            if (graph.Blocks[i].FallThroughSuccessor is { Semantics: ControlFlowBranchSemantics.StructuredExceptionHandling } end
                && end.LeavingRegions.Contains(region))
                yield return i;
    }

    static List<int> HandlersOf(BasicBlock block)
    {
        var handlers = new List<int>();
        // A lambda's graph hangs below the region that the lambda stands in, whose blocks are numbers of another graph.
        for (var region = block.EnclosingRegion; region is { Kind: not ControlFlowRegionKind.Root, EnclosingRegion: { } whole }; region = whole)
        {
            if (region.Kind != ControlFlowRegionKind.Try) continue;
            foreach (var other in whole.NestedRegions)
                if (!ReferenceEquals(other, region)) handlers.Add(other.FirstBlockOrdinal);
        }
        return handlers;
    }
}
