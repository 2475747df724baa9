namespace Holdfast.Frames.Code;

static class WorkflowInspection
{
    public static IReadOnlyList<string> Problems(Type workflow, Func<Type, bool> isDurableAwaiter, Func<Type, bool> isDurableBuilder) => [];
}
