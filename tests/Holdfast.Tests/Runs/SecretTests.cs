using System.Text;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>A secret's value is known inside steps, and nowhere else: not in the file, not in an exception.</summary>
public sealed class SecretTests
{
    const string Value = "hunter2+\"zwölf\"";
    static readonly StepOptions Once = new() { Retry = RetryPolicy.None };

    public sealed record Order(Secret<string> Key, string Way);

    public sealed class Pays(Probe probe) : Workflow
    {
        readonly Secret<string> _field = new("field-key");
        readonly Secret<byte[]> _bytes = new("raw-key");

        public async Durable<string> Run(Order order)
        {
            var key = order.Key;
            var log = new List<string>();
            try
            {
                switch (order.Way)
                {
                    case "use":
                        log.Add($"{await Step(async step => (await step.RevealAsync(key)).Length)} {key}");
                        log.Add($"{await Step(async step => (await step.RevealAsync(_field)).Length + (await step.RevealAsync(_bytes)).Length, Once)} {_field}");
                        break;
                    case "return":
                        log.Add(await Step(async step => await step.RevealAsync(key), Once));
                        break;
                    case "bytes":
                        log.Add($"{(await Step(async step => await step.RevealAsync(_bytes), Once)).Length}");
                        break;
                    case "other bytes":
                        log.Add($"{(await Step(async step => Encoding.Unicode.GetBytes(await step.RevealAsync(key)), Once)).Length}");
                        break;
                    case "throw":
                        await Step(async step => throw new InvalidDataException($"refused: {await step.RevealAsync(key)}!", new ArgumentException(await step.RevealAsync(key))), Once);
                        break;
                    case "details":
                        await Step(async step => step.Heartbeat(await step.RevealAsync(key)), Once);
                        break;
                    case "call":
                        log.Add(await Call<string>("tell", key, Once));
                        break;
                    case "call-throw":
                        await Call<string>("fail", key, Once);
                        break;
                    default:
                        await Step(async step => await step.RevealAsync(new Secret<int>("number")), Once);
                        break;
                }
            }
            catch (Exception error)
            {
                log.Add($"{(error as StepFailedException)?.TypeName ?? error.GetType().Name}: {error}");
            }
            probe.Note(string.Join(',', log));
            await Delay(TimeSpan.FromMilliseconds(1));
            return string.Join(',', log);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_secrets_value_reaches_steps_and_never_the_file(bool alwaysCold)
    {
        using var directory = new TemporaryDirectory();
        var probe = new Probe();
        var results = new Dictionary<string, string>();
        await using (var world = await World.StartAsync([typeof(Pays)], () => SqliteStore.Open(directory["runs.db"], new() { ReserveBytes = 0 }), alwaysCold, builder =>
        {
            probe.Register(builder);
            builder.AddSecrets<string>((_, name, _) => Task.FromResult(name == "key" ? Value : "another value"));
            builder.AddSecrets<byte[]>((_, _, _) => Task.FromResult(Encoding.UTF8.GetBytes(Value)));
            builder.AddStep<Secret<string>, string>("tell", async (secret, step) => $"it is {await step.RevealAsync(secret)}");
            builder.AddStep<Secret<string>, string>("fail", async (secret, step) => throw new InvalidDataException($"not {await step.RevealAsync(secret)}"));
        }))
        {
            foreach (var way in (string[])["use", "return", "bytes", "other bytes", "throw", "details", "call", "call-throw", "number"])
            {
                var run = await world.Client.StartAsync((Pays w) => w.Run(new Order(new("key"), way)));
                results[way] = await world.ResultAsync<string>(run);
            }
        }
        Assert.Equal($"{Value.Length} key,{"another value".Length + Encoding.UTF8.GetByteCount(Value)} field-key", results["use"]);
        Assert.All((string[])["return", "bytes", "other bytes", "call"], way => Assert.Contains("gives back the value of the secret", results[way], StringComparison.Ordinal));
        Assert.Contains("tells the value of the secret 'key'", results["details"], StringComparison.Ordinal);
        Assert.StartsWith(typeof(InvalidDataException).FullName!, results["throw"], StringComparison.Ordinal);
        Assert.Contains("refused: key!", results["throw"], StringComparison.Ordinal);
        Assert.Contains("not key", results["call-throw"], StringComparison.Ordinal);
        Assert.Contains("no source of secrets of type System.Int32", results["number"], StringComparison.Ordinal);
        Assert.All(results.Values, static r => Assert.DoesNotContain("hunter2", r, StringComparison.Ordinal));
        Assert.All(probe.Entries, static e => Assert.DoesNotContain("hunter2", e, StringComparison.Ordinal));
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(directory["runs.db"])!))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes("hunter2")) < 0, file);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes("hunter2")) < 0, file);
        }
    }

    public sealed class Stubborn : Workflow
    {
        public async Durable<string> Run() => await Step(static step => Count(step), new() { Retry = new() { FirstDelay = TimeSpan.Zero, MaxAttempts = 2 } });

        static async Task<string> Count(StepContext step)
        {
            if (step.TryGetDetails<string>(out var details)) return $"found {details}";
            if (step.Attempt > 1) return "found nothing";
            var secret = await step.RevealAsync(new Secret<string>("key"));
            Assert.Equal(HoldfastError.NotSavable, Assert.Throws<HoldfastException>(() => step.Heartbeat($"at {secret}")).Error);
            throw new IOException("the line is down");
        }
    }

    [Fact]
    public async Task Details_that_were_refused_are_not_kept_when_the_step_goes_on_and_fails()
    {
        await using var world = await World.StartAsync([typeof(Stubborn)], configure: static builder => builder.AddSecrets<string>((_, _, _) => Task.FromResult("hunter2")));
        Assert.Equal("found nothing", await world.ResultAsync<string>(await world.Client.StartAsync((Stubborn w) => w.Run())));
    }

    public sealed class Unset : Workflow
    {
        readonly Secret<string> _key = new("key");

        public async Durable<string> Run(bool calls)
        {
            try
            {
                return calls ? await Call<string>("tell", _key) : await Step(async step => await step.RevealAsync(_key));
            }
            catch (Exception error)
            {
                return error.Message;
            }
        }
    }

    /// <summary>The next attempt would find none either.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_secret_that_nobody_gives_is_asked_for_once(bool calls)
    {
        await using var world = await World.StartAsync([typeof(Unset)], configure: static builder => builder.AddStep<Secret<string>, string>("tell", static async (secret, step) => await step.RevealAsync(secret)));
        var run = await world.Client.StartAsync((Unset w) => w.Run(calls));
        Assert.Contains("no source of secrets of type System.String is registered", await world.ResultAsync<string>(run), StringComparison.Ordinal);
        Assert.DoesNotContain(await run.ReadJournalAsync(), static l => l.What == "AttemptFailed");
    }
}
