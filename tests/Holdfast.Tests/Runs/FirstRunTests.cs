namespace Holdfast.Tests.Runs;

public sealed class FirstRunTests
{
    public sealed class Order : Workflow
    {
        public static readonly Signal<string> Note = new("note");

        readonly List<string> _log = [];

        public async Durable<string> Run(int n)
        {
            var total = 0;
            Func<int, int> twice = x =>
            {
                total += x;
                return x * 2;
            };
            try
            {
                for (var i = 0; i < n; i++)
                {
                    var quote = await Step(() => Task.FromResult(i * 10));
                    _log.Add($"q{i}={quote}");
                    total += twice(quote);
                    if (i != 2) continue;
                    try
                    {
                        await Step(() => throw new InvalidOperationException("no stock"), new() { Retry = RetryPolicy.None });
                    }
                    catch (InvalidOperationException error)
                    {
                        _log.Add("caught " + error.Message);
                    }
                }
                var subs = await Durable.WhenAll(Enumerable.Range(0, 3).Select(k => Sub(k)).ToList());
                await Delay(TimeSpan.FromMilliseconds(5));
                return $"{total}:{string.Join(",", _log)}:{string.Join("|", subs)}";
            }
            finally
            {
                _log.Add("done");
            }
        }

        async Durable<string> Sub(int k)
        {
            var a = await Step(() => Task.FromResult(k));
            var b = await Step(async step =>
            {
                await Task.Yield();
                return a + 1;
            });
            return $"{k}:{a + b}";
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_goes_through_loops_closures_failures_and_fan_out(bool alwaysCold)
    {
        await using var world = await World.StartAsync([typeof(Order)], alwaysCold: alwaysCold);
        var run = await world.Client.StartAsync((Order w) => w.Run(4), key: "one");
        var result = await run.ResultAsync().WaitAsync(World.Patience);
        Assert.Equal("120:q0=0,q1=10,q2=20,caught no stock,q3=30:0:1|1:3|2:5", result);
    }
}
