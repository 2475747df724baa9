namespace Holdfast.Fuzz;

/// <summary>Workflows whose saved frames hold one kind of thing each. All end with their name once they are signalled.</summary>
static class Flows
{
    public static readonly Signal<int> Go = new("go");

    public static readonly Type[] All = [typeof(Loops), typeof(Closures), typeof(Nested), typeof(FanOut), typeof(Large), typeof(Parent), typeof(Child), typeof(Waits)];

    public sealed class Loops : Workflow
    {
        readonly Dictionary<string, List<int>> _seen = new() { ["first"] = [1, 2], ["second"] = [] };

        public async Durable<string> Run(string name)
        {
            foreach (var (key, numbers) in _seen)
            {
                foreach (var number in numbers)
                    if (key == "first" && number == 1) await Receive(Go);
            }
            return name;
        }
    }

    public sealed class Closures : Workflow
    {
        public async Durable<string> Run(string name)
        {
            var parts = new List<Func<string>>();
            foreach (var letter in name) parts.Add(() => letter.ToString());
            string Join() => string.Concat(parts.Select(static p => p()));
            await Receive(Go);
            return await Step(() => Task.FromResult(Join()));
        }
    }

    public sealed class Nested : Workflow
    {
        public async Durable<string> Run(string name)
        {
            try
            {
                await Throws();
                return "";
            }
            catch (InvalidOperationException error)
            {
                await Inner(3, new { error.Message, Time = DateTime.UnixEpoch });
                return name;
            }
        }

        static async Durable Throws()
        {
            await Durable.Step(static () => Task.FromResult(0));
            throw new InvalidOperationException("pending");
        }

        static async Durable Inner(int depth, object shared)
        {
            if (depth > 0) await Inner(depth - 1, shared);
            else await Durable.Receive(Go);
            GC.KeepAlive(shared);
        }
    }

    public sealed class FanOut : Workflow
    {
        public async Durable<string> Run(string name)
        {
            var quick = Enumerable.Range(0, 3).Select(i => Step(() => Task.FromResult(i))).ToList();
            var slow = Receive(Go);
            await Durable.WhenAll(Durable.WhenAll(quick), slow);
            return name;
        }
    }

    public sealed class Large : Workflow
    {
        public async Durable<string> Run(string name)
        {
            var text = new string('x', 20_000);
            var bytes = new byte[9_000];
            await Receive(Go);
            return text.Length + bytes.Length == 29_000 ? name : "";
        }
    }

    public sealed class Parent : Workflow
    {
        public async Durable<string> Run(string name) => await Child((Child w) => w.Run(name));
    }

    public sealed class Child : Workflow
    {
        public async Durable<string> Run(string name)
        {
            await Receive(Go);
            return name;
        }
    }

    /// <summary>Stands between two attempts of a step, and gives that up for the signal.</summary>
    public sealed class Waits : Workflow
    {
        public async Durable<string> Run(string name)
        {
            var failing = Step(static () => Task.FromException<int>(new IOException("not yet")), new() { Retry = new() { FirstDelay = TimeSpan.FromDays(300), MaxDelay = TimeSpan.FromDays(300), Jitter = 0 } });
            await Durable.WhenAny(failing, Receive(Go));
            return name;
        }
    }
}
