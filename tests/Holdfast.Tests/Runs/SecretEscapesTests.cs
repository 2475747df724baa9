using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Holdfast.Runtime;
using Holdfast.Sqlite;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>A secret with characters that JSON escapes is found whatever has written it: each serializer escapes others, and some of them in several ways.</summary>
public sealed class SecretEscapesTests
{
    const string Value = "-----BEGIN \"KEY\"-----\r\nhunter2\\w<örd>/+é\u2028😀\t\u0001";
    static readonly StepOptions Once = new() { Retry = RetryPolicy.None };
    static readonly JsonSerializerOptions Relaxed = new(JsonSerializerOptions.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly JsonSerializerOptions Letters = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public static TheoryData<string> Forms() =>
    [
        Value, JsonSerializer.Serialize(Value), JsonSerializer.Serialize(Value, Relaxed), JsonSerializer.Serialize(Value, Letters),
        // As JSON has to be at least; with the digits of \u in small letters; with an escaped slash; with all characters as numbers.
        """{"key":"-----BEGIN \"KEY\"-----\r\nhunter2\\w<örd>/+é""" + "\u2028" + """😀\t\u0001"}""",
        """{"key":"-----BEGIN \"KEY\"-----\u000d\u000Ahunter2\\w\u003cörd>\/+\u00e9\u2028\ud83d\uDE00\t\u0001"}""",
        $"\"{string.Concat(Value.Select(static c => $"\\u{(int)c:x4}"))}\"",
        JsonSerializer.Serialize(JsonSerializer.Serialize(JsonSerializer.Serialize(Value), Relaxed)),
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_secret_is_found_in_whatever_form_json_has_it(string form)
    {
        var seen = new Revealed();
        Assert.True(seen.TryAdd("key", Value));
        Assert.Equal("key", seen.FoundIn(form));
        Assert.Equal("key", seen.FoundIn([92, .. Encoding.UTF8.GetBytes(form), 0]));
        Assert.DoesNotContain("hunter2", seen.Hide($"not {form}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""-----BEGIN "KEY"-----""")]
    [InlineData("""hunter2\\w \u12 \ud83d \x \""")]
    public void What_only_resembles_it_is_none(string text)
    {
        var seen = new Revealed();
        Assert.True(seen.TryAdd("key", Value));
        Assert.Null(seen.FoundIn(text));
        Assert.Equal(text, seen.Hide(text));
    }

    public sealed class Gives : Workflow
    {
        public async Durable<string> Run(string way)
        {
            try
            {
                return way switch
                {
                    "element" => (await Step(static async step => JsonSerializer.SerializeToElement(await Reveal(step), Relaxed), Once)).ToString(),
                    "text" => await Step(static async step => JsonSerializer.Serialize(new { key = await Reveal(step) }, Relaxed), Once),
                    "call" => await Call<string>("reveal", way, Once),
                    _ => await Step(static async step => await Tell(step), Once),
                };
            }
            catch (Exception error)
            {
                return error.Message;
            }
        }

        static async Task<string> Tell(StepContext step)
        {
            step.Heartbeat(await Reveal(step));
            return "told";
        }
    }

    static Task<string> Reveal(StepContext step) => step.RevealAsync(new Secret<string>("key"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_of_several_lines_never_reaches_the_file(bool isRelaxed)
    {
        using var directory = new TemporaryDirectory();
        await using (var world = await World.StartAsync(
            [typeof(Gives)], () => SqliteStore.Open(directory["runs.db"], new() { ReserveBytes = 0 }), alwaysCold: true,
            static builder => builder.AddSecrets<string>((_, _, _) => Task.FromResult(Value)).AddStep<string, string>("reveal", (_, step) => Reveal(step)), o => o.Json = isRelaxed ? Relaxed : o.Json))
        {
            foreach (var way in (string[])["element", "text", "call", "details"])
                Assert.Contains("the value of the secret 'key'", await world.ResultAsync<string>(await world.Client.StartAsync((Gives w) => w.Run(way))), StringComparison.Ordinal);
        }
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(directory["runs.db"])!))
            Assert.True((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf("hunter2"u8) < 0, file);
    }
}
