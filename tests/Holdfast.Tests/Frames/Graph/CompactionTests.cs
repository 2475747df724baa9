namespace Holdfast.Tests.Frames.Graph;

/// <summary>A run that was saved goes on as its restored copy does, also where collections have holes.</summary>
public class CompactionTests
{
    sealed class Loop
    {
        public Dictionary<int, string> Map = [];
        public HashSet<int> Set = [];
        public Dictionary<int, string>.Enumerator? Before;
        public Dictionary<int, string>.Enumerator At;
        public Dictionary<int, string>.KeyCollection.Enumerator AtKey;
        public object? Boxed;
        public HashSet<int>.Enumerator AtItem;
        public IEnumerator<int>? BoxedItem;
    }

    static Loop WithHoles(int removed, int moves)
    {
        var loop = new Loop();
        for (var i = 0; i < 8; i++)
        {
            loop.Map.Add(i, $"value {i}");
            loop.Set.Add(i);
        }
        loop.At = loop.Map.GetEnumerator();
        loop.Before = loop.Map.GetEnumerator();
        loop.AtKey = loop.Map.Keys.GetEnumerator();
        loop.Boxed = ((IEnumerable<string>)loop.Map.Values).GetEnumerator();
        loop.AtItem = loop.Set.GetEnumerator();
        loop.BoxedItem = ((IEnumerable<int>)loop.Set).GetEnumerator();
        for (var i = 0; i < moves; i++)
        {
            loop.At.MoveNext();
            loop.AtKey.MoveNext();
            ((IEnumerator<string>)loop.Boxed).MoveNext();
            loop.AtItem.MoveNext();
            loop.BoxedItem.MoveNext();
        }
        for (var i = 0; i < 8; i++)
            if ((removed & (1 << i)) != 0)
            {
                loop.Map.Remove(i);
                loop.Set.Remove(i);
            }
        return loop;
    }

    static List<object> Rest(Loop loop)
    {
        var seen = new List<object>();
        var (at, key, item, before) = (loop.At, loop.AtKey, loop.AtItem, loop.Before!.Value);
        while (at.MoveNext()) seen.Add(at.Current);
        seen.Add("|");
        while (key.MoveNext()) seen.Add(key.Current);
        seen.Add("|");
        while (((IEnumerator<string>)loop.Boxed!).MoveNext()) seen.Add(((IEnumerator<string>)loop.Boxed).Current);
        seen.Add("|");
        while (item.MoveNext()) seen.Add(item.Current);
        seen.Add("|");
        while (loop.BoxedItem!.MoveNext()) seen.Add(loop.BoxedItem.Current);
        seen.Add("|");
        while (before.MoveNext()) seen.Add(before.Current);
        return seen;
    }

    [Fact]
    public void HotAndColdGoOnAlike()
    {
        for (var removed = 0; removed < 256; removed += 3)
        {
            for (var moves = 0; moves <= 9; moves += 3)
            {
                // What an undisturbed run would see: saving must change neither what is left of the loops…
                var expected = Rest(WithHoles(removed, moves));
                var hot = WithHoles(removed, moves);
                var cold = Codecs.CopyOwned(hot);
                Assert.Equal(expected, Rest(hot));
                Assert.Equal(expected, Rest(cold));
                // …nor whether later additions come in one order, hot and cold.
                foreach (var loop in new[] { hot, cold })
                {
                    for (var i = 20; i < 25; i++)
                    {
                        loop.Map.Add(i, "new");
                        loop.Set.Add(i);
                    }
                    loop.Map.Remove(21);
                    loop.Set.Remove(22);
                    loop.Map.Add(30, "last");
                    loop.Set.Add(30);
                }
                Assert.Equal(hot.Map, cold.Map);
                Assert.Equal(hot.Set.ToArray(), cold.Set.ToArray());
                Assert.Throws<InvalidOperationException>(() => hot.At.MoveNext());
                Assert.Throws<InvalidOperationException>(() => cold.At.MoveNext());
            }
        }
    }

    [Fact]
    public void RemovingWhileLoopingGoesOnAlike()
    {
        // One run is never saved, one is saved after every step and goes on, one is restored after every step.
        var (never, hot, cold) = (WithHoles(0, 0), WithHoles(0, 0), WithHoles(0, 0));
        for (var round = 0; round < 9; round++)
        {
            foreach (var loop in new[] { never, hot, cold })
            {
                Assert.Equal(round < 8, loop.At.MoveNext());
                Assert.Equal(round < 8, loop.AtItem.MoveNext());
                if (round % 3 == 1) continue;
                loop.Map.Remove(loop.At.Current.Key);
                loop.Set.Remove(loop.AtItem.Current);
            }
            Assert.Equal(never.At.Current, hot.At.Current);
            Assert.Equal(never.At.Current, cold.At.Current);
            Assert.Equal(never.AtItem.Current, hot.AtItem.Current);
            Assert.Equal(never.AtItem.Current, cold.AtItem.Current);
            cold = Codecs.CopyOwned(cold);
            Codecs.EncodeOwned(hot);
        }
    }

    [Fact]
    public void CopiesLeaveTheOriginalAlone()
    {
        // The enumerator is not part of the copied graph, as when a step captures a dictionary that a loop goes through.
        var loop = WithHoles(removed: 0b0000_0110, moves: 3);
        var expected = Rest(WithHoles(removed: 0b0000_0110, moves: 3));
        Codecs.Copy(loop.Map);
        Codecs.Copy(loop.Set);
        Assert.Equal(expected, Rest(loop));
        Assert.Equal(expected, Rest(Codecs.Copy(WithHoles(removed: 0b0000_0110, moves: 3))));
    }
}
