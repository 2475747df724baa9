using System.Net;
using System.Text;
using System.Text.Json;
using Holdfast.Runtime;
using Holdfast.Sqlite;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>Secrets that are more than a text: every text and all bytes in them are kept out of what is saved, as a text alone is.</summary>
public sealed class SecretShapesTests
{
    const string Value = "hunter2zwölf";
    static readonly StepOptions Once = new() { Retry = RetryPolicy.None };

    public sealed record Login(string User, string Password);

    public sealed record Account(string Name, Login Login, byte[] Raw);

    public sealed record Case(string Shape, string Way);

    public sealed class Sealed(string password)
    {
        readonly string _password = password;

        public string Tell() => _password;
    }

    public sealed class Asks : Workflow
    {
        public async Durable<string> Run(Case what)
        {
            try
            {
                switch (what)
                {
                    case { Shape: "record", Way: "return" }: return (await Step(async step => await step.RevealAsync(new Secret<Login>("key")), Once)).Password;
                    case { Shape: "nested", Way: "return" }: return (await Step(async step => await step.RevealAsync(new Secret<Account>("key")), Once)).Login.Password;
                    case { Shape: "array", Way: "return" }: return string.Join(' ', await Step(async step => await step.RevealAsync(new Secret<string[]>("key")), Once));
                    case { Shape: "dictionary", Way: "return" }: return (await Step(async step => await step.RevealAsync(new Secret<Dictionary<string, string>>("key")), Once))["pass"];
                    default: return await Step(step => Leave(step, what), Once);
                }
            }
            catch (Exception error)
            {
                return $"{(error as StepFailedException)?.TypeName ?? error.GetType().Name}: {error}";
            }
        }

        static async Task<string> Leave(StepContext step, Case what)
        {
            var text = await TextOf(step, what.Shape);
            return what.Way == "text" ? $"it is {text}" : throw new InvalidDataException($"refused: {text}!");
        }

        static async Task<string> TextOf(StepContext step, string shape) => shape switch
        {
            "record" => (await step.RevealAsync(new Secret<Login>("key"))).Password,
            "nested" => (await step.RevealAsync(new Secret<Account>("key"))).Login.Password,
            "bytes" => Encoding.UTF8.GetString((await step.RevealAsync(new Secret<Account>("key"))).Raw),
            "array" => (await step.RevealAsync(new Secret<string[]>("key")))[1],
            "dictionary" => (await step.RevealAsync(new Secret<Dictionary<string, string>>("key")))["pass"],
            "private" => (await step.RevealAsync(new Secret<Sealed>("key"))).Tell(),
            "characters" => new((await step.RevealAsync(new Secret<char[]>("key")))),
            _ => (await step.RevealAsync(new Secret<JsonElement>("key"))).GetProperty("login")[0].GetString()!,
        };
    }

    [Fact]
    public async Task No_text_and_no_bytes_in_a_secret_reach_the_file_or_the_log()
    {
        using var directory = new TemporaryDirectory();
        var results = new Dictionary<Case, string>();
        await using (var world = await World.StartAsync([typeof(Asks)], () => SqliteStore.Open(directory["runs.db"], new() { ReserveBytes = 0 }), alwaysCold: true, static builder => builder
            .AddSecrets((_, _, _) => Task.FromResult(new Login("hunt", Value)))
            .AddSecrets((_, _, _) => Task.FromResult(new Account("an account", new("hunt", Value), Encoding.UTF8.GetBytes("hunter2 in bytes"))))
            .AddSecrets((_, _, _) => Task.FromResult<string[]>(["another", Value]))
            .AddSecrets((_, _, _) => Task.FromResult(new Dictionary<string, string> { ["pass"] = Value }))
            .AddSecrets((_, _, _) => Task.FromResult(new Sealed(Value)))
            .AddSecrets((_, _, _) => Task.FromResult(Value.ToCharArray()))
            .AddSecrets((_, _, _) => Task.FromResult(JsonSerializer.SerializeToElement(new { login = new[] { Value } })))))
        {
            foreach (var shape in (string[])["record", "nested", "bytes", "array", "dictionary", "private", "characters", "json"])
                foreach (var way in (string[])["return", "text", "throw"])
                {
                    if (way == "return" && shape is "bytes" or "private" or "characters" or "json") continue;
                    var run = await world.Client.StartAsync((Asks w) => w.Run(new Case(shape, way)));
                    results[new(shape, way)] = await world.ResultAsync<string>(run);
                }
            Assert.All(world.Errors, static e => Assert.DoesNotContain("hunter2", e, StringComparison.Ordinal));
        }
        Assert.All(results, static result =>
        {
            Assert.DoesNotContain("hunter2", result.Value, StringComparison.Ordinal);
            if (result.Key.Way != "throw") Assert.Contains("gives back the value of the secret 'key'", result.Value, StringComparison.Ordinal);
            else Assert.Contains("refused: key!", result.Value, StringComparison.Ordinal);
        });
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(directory["runs.db"])!))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            Assert.True(bytes.AsSpan().IndexOf("hunter2"u8) < 0, file);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes("hunter2")) < 0, file);
        }
    }

    public static TheoryData<object> Shapes() =>
    [
        new NetworkCredential("hunt", Value), new KeyValuePair<string, string>("name", Value), (1, (Value, 2)), new Uri($"amqp://{Value}"), new StringBuilder(Value), new List<Login> { new("hunt", Value) },
        Value.AsMemory(), new object?[] { null, new object[] { Value } }, new SortedDictionary<string, object> { ["name"] = new Login("hunt", Value) }, new HashSet<string> { Value },
        JsonSerializer.SerializeToNode(new { a = new[] { Value } })!, JsonDocument.Parse($$"""{"a": {"b": "{{Value}}"} }"""), new Lazy<string>(Value),
    ];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_text_is_found_in_whatever_holds_it(object value)
    {
        var seen = new Revealed();
        Assert.True(seen.TryAdd("key", value));
        Assert.Equal("key", seen.FoundIn(value is Uri ? $"to amqp://{Value}/" : $"so {Value}"));
        Assert.Null(seen.FoundIn("name"));
    }

    [Fact]
    public void The_longest_text_is_hidden_first_so_that_nothing_of_it_is_left()
    {
        var seen = new Revealed();
        Assert.True(seen.TryAdd("login", new Login("hunt", "hunter2")));
        Assert.Equal("as login by login", seen.Hide("as hunt by hunter2"));
    }

    [Fact]
    public async Task What_cannot_be_kept_out_is_refused()
    {
        await using var world = await World.StartAsync([typeof(Refuses)], configure: static builder =>
        {
            Assert.Equal(HoldfastError.SecretUnguarded, Assert.Throws<HoldfastException>(() => builder.AddSecrets((_, _, _) => Task.FromResult(1234))).Error);
            Assert.Equal(HoldfastError.SecretUnguarded, Assert.Throws<HoldfastException>(() => builder.AddSecrets((_, _, _) => Task.FromResult((Guid?)Guid.Empty))).Error);
            builder.AddSecrets((_, _, _) => Task.FromResult(Enumerable.Repeat(Value, 20_000).ToList()));
        });
        var run = await world.Client.StartAsync((Refuses w) => w.Run());
        var told = await world.ResultAsync<string>(run);
        Assert.Contains("'keys'", told, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", told, StringComparison.Ordinal);
    }

    public sealed class Refuses : Workflow
    {
        public async Durable<string> Run()
        {
            try
            {
                return $"{await Step(async step => (await step.RevealAsync(new Secret<List<string>>("keys"))).Count, Once)} revealed 'keys' and hunter2";
            }
            catch (HoldfastException error) when (error.Error == HoldfastError.SecretUnguarded)
            {
                return error.Message;
            }
            catch (StepFailedException error)
            {
                return error.Message;
            }
        }
    }
}
