namespace Holdfast.Frames;

/// <summary>
/// What of a scope is not settled, for the live frames only: it is never saved. Knows its own durables and the scopes within that hold any, so that to
/// ask one scope costs nothing of what the others hold.
/// </summary>
sealed class ScopeContent
{
    HashSet<Durable>? _own;
    HashSet<CancelScope>? _inner;

    public bool IsEmpty => _own is not { Count: > 0 } && _inner is not { Count: > 0 };

    /// <summary>Notes a durable that is to be settled. The scope of the whole run keeps none: everything lies in it.</summary>
    public static void Add(Durable durable)
    {
        var scope = durable.Scope;
        if (scope?.Parent is null) return;
        var isFirst = scope.Content.IsEmpty;
        (scope.Content._own ??= new(ReferenceEqualityComparer.Instance)).Add(durable);
        for (; isFirst && scope.Parent is { Parent: not null } outer; scope = outer)
        {
            isFirst = outer.Content.IsEmpty;
            (outer.Content._inner ??= new(ReferenceEqualityComparer.Instance)).Add(scope);
        }
    }

    /// <summary>Forgets one that is settled, or that nothing refers to any more.</summary>
    public static void Remove(Durable durable)
    {
        var scope = durable.Scope;
        if (scope?.Parent is null || scope.Content._own?.Remove(durable) != true) return;
        for (; scope.Content.IsEmpty && scope.Parent is { Parent: not null } outer; scope = outer) outer.Content._inner?.Remove(scope);
    }

    /// <summary>All of it, in no order.</summary>
    public List<Durable> All()
    {
        var found = new List<Durable>();
        var left = new Stack<ScopeContent>([this]);
        while (left.TryPop(out var content))
        {
            if (content._own is { } own) found.AddRange(own);
            foreach (var scope in content._inner ?? []) left.Push(scope.Content);
        }
        return found;
    }
}
