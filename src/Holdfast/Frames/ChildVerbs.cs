using System.Linq.Expressions;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Frames;

/// <summary>Starts child runs.</summary>
static class ChildVerbs
{
    public static Durable<T> Start<TWorkflow, T>(LambdaExpression call, string? key) where TWorkflow : Workflow
    {
        var graph = RunGraph.Required;
        var input = WorkflowCall.ArgumentOf(call);
        var type = graph.Services.Registry.Newest(typeof(TWorkflow));
        var durable = new OpDurable<T>(ValueForm.Child, type.Name);
        if (graph.CurrentScope.IsCancelled) return graph.Stillborn(durable);
        var child = graph.Services.NewRun(type, input, key, graph.Now, new ParentLink(graph.Services.Run, graph.State.NextOp), graph.State.KeysFrom());
        return graph.StartOp(durable, new RunEvent.StartChild(graph.State.NextOp, child));
    }
}
