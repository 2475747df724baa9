using Holdfast.Frames;

namespace Holdfast;

/// <summary>Durables in the order in which they end, for <c>await foreach</c>.</summary>
/// <typeparam name="T">The type of their values.</typeparam>
public sealed class DurableSequence<T>
{
    readonly List<Durable<T>> _left;

    internal DurableSequence(List<Durable<T>> left) => _left = left;

    /// <summary>For <c>await foreach</c>. Each durable is given once over all enumerators.</summary>
    public Enumerator GetAsyncEnumerator() => new(_left);

    /// <summary>Gives one durable at a time, as they end.</summary>
    public sealed class Enumerator : Frames.Graph.ISelfSaved
    {
        List<Durable<T>> _left;
        Durable<Durable<T>>? _next;

        internal Enumerator(List<Durable<T>> left) => _left = left;

        /// <summary>The durable that has ended; await it for its value.</summary>
        public Durable<T> Current => _next?.Result ?? throw new InvalidOperationException("Await MoveNextAsync first, and stop once it gives false.");

        /// <summary>Waits for the next one; false when there is none left.</summary>
        public Durable<bool> MoveNextAsync()
        {
            if (_next is { State: DurableState.Succeeded }) _left.Remove(_next.Result);
            _next = _left.Count == 0 ? null : AnyOf<Durable<T>>.Start(_left);
            return HasMore.Start(_next);
        }

        void Frames.Graph.ISelfSaved.Save(Frames.Graph.GraphWriter writer)
        {
            writer.WriteReference(_left);
            writer.WriteReference(_next);
        }

        void Frames.Graph.ISelfSaved.Load(Frames.Graph.GraphReader reader)
        {
            _left = reader.ReadReference<List<Durable<T>>>() ?? throw Frames.Graph.GraphErrors.Corrupt("a sequence is missing");
            _next = reader.ReadReference<Durable<Durable<T>>>();
        }
    }
}
