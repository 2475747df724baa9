using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Hosting;

namespace Holdfast.Tests.Runs;

/// <summary>What crosses the border of a run comes through whole, or is refused by name; and what the types' own code throws harms nobody else.</summary>
public sealed class JsonBorderTests
{
    static readonly StepOptions Once = new() { Retry = RetryPolicy.None };

    [SuppressMessage("Design", "CA1051", Justification = "Fields are what is tested.")]
    public sealed class Fields
    {
        public int Number;
        public (string Name, int Count) Pair;
    }

    public sealed class Passes(Probe probe) : Workflow
    {
        public static readonly Signal<(int, string)> Go = new("go");

        (int, string) _told;

        [Query]
        public (int Number, string Word) Told => _told;

        [Update]
        public (int, int, int, int, int, int, int, int, Fields) Tell((int, string) what)
        {
            _told = what;
            return (1, 2, 3, 4, 5, 6, 7, 8, new() { Number = what.Item1, Pair = (what.Item2, 9) });
        }

        public async Durable<(Fields Fields, List<(int, string)> List)> Run((Fields Fields, int Depth) input)
        {
            var (fields, depth) = input;
            if (depth > 0) return await Child((Passes w) => w.Run(new(fields, depth - 1)));
            var called = await Call<(string, int)>("swap", (fields.Number, fields.Pair.Name));
            await Step(step => probe.Do($"{called}", step));
            var heard = await Receive(Go);
            return (fields, [heard, (called.Item2, called.Item1)]);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tuples_and_public_fields_come_through_every_border(bool alwaysCold)
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Passes)], alwaysCold: alwaysCold, configure: builder =>
        {
            probe.Register(builder);
            builder.AddStep<(int, string), (string, int)>("swap", static (pair, _) => Task.FromResult((pair.Item2, pair.Item1)));
        });
        var input = (new Fields { Number = 4, Pair = ("four", 44) }, 0);
        var run = await world.Client.StartAsync((Passes w) => w.Run(input));
        await world.UntilAsync(run, static i => i.Waiting == "signal 'go'");
        Assert.Equal("(four, 4)", Assert.Single(probe.Entries));
        var (_, _, _, _, _, _, _, eighth, fields) = await run.UpdateAsync(w => w.Tell(new(7, "seven")));
        Assert.Equal((8, 7, "seven", 9), (eighth, fields.Number, fields.Pair.Name, fields.Pair.Count));
        Assert.Equal((7, "seven"), await run.QueryAsync(w => w.Told));
        await run.SignalAsync(Passes.Go, (5, "five"));
        var (back, list) = await world.ResultAsync<(Fields, List<(int, string)>)>(run);
        Assert.Equal((4, ("four", 44)), (back.Number, back.Pair));
        Assert.Equal([(5, "five"), (4, "four")], list);

        // And through a child's.
        var nested = (new Fields { Number = 1, Pair = ("one", 11) }, 1);
        var parent = await world.Client.StartAsync((Passes w) => w.Run(nested));
        await world.UntilAsync(parent, static i => i.Waiting.StartsWith("child", StringComparison.Ordinal));
        var child = (await world.Client.ListAsync(new() { Status = RunStatus.Running })).Single(r => r.Parent == parent.Id);
        await world.Client.GetRun(child.Id).SignalAsync(Passes.Go, (6, "six"));
        Assert.Equal([(6, "six"), (1, "one")], (await world.ResultAsync<(Fields, List<(int, string)>)>(parent)).Item2);
    }

    public sealed class OnlyPrivate
    {
        readonly int _amount = Environment.ProcessId;

        public string Describe() => $"{_amount}";
    }

    public sealed class GetOnly
    {
        public string Name { get; } = "";
    }

    public sealed class PrivateSetter
    {
        public string Name { get; private set; } = "";
    }

    public sealed class Internal
    {
        public string Name { get; set; } = "";

        internal string Code { get; set; } = "";
    }

    [SuppressMessage("Design", "CA1051", Justification = "Fields are what is tested.")]
    public sealed class ReadOnlyField
    {
        public readonly int Number = 5;
    }

    public sealed class Notifies
    {
        public Action? Done { get; set; }
    }

    public sealed class Reads
    {
        public List<Stream> Streams { get; set; } = [];
    }

    public sealed class Bag : List<int>
    {
        public string Name { get; set; } = "";
    }

    public abstract class Form
    {
        public int Sides { get; set; }
    }

    public interface IShape
    {
        int Size { get; }
    }

    public sealed class NoConstructor
    {
        NoConstructor()
        {
        }

        public int Number { get; set; }

        public static NoConstructor Create() => new();
    }

    public sealed class Takes<T> : Workflow
    {
        public Durable Run(T what) => Durable.WhenAll();
    }

    public sealed class Gives<T> : Workflow
    {
        public async Durable<List<T>> Run()
        {
            await Delay(TimeSpan.Zero);
            return [];
        }
    }

    public sealed class Asked<T> : Workflow
    {
        [Query]
        public Dictionary<string, T> All() => [];

        public Durable Run() => Durable.WhenAll();
    }

    public class Shown
    {
        public int Number { get; set; }
    }

    public sealed class Hiding : Shown
    {
        public new string Number { get; set; } = "";
    }

    public sealed record Remembering(int Number)
    {
        int _times;

        public int Times() => ++_times;
    }

    public sealed record Noting(int Number)
    {
        readonly List<string> _notes = [];

        public void Note(string text) => _notes.Add(text);
    }

    public sealed class Set
    {
        int _number, _times;

        public int Number
        {
            get => _number;
            set => _number = value;
        }

        public int Times() => ++_times;
    }

    [JsonDerivedType(typeof(Told), "told"), JsonDerivedType(typeof(Untold))]
    public abstract class Tale
    {
        public string Name { get; set; } = "";
    }

    public sealed class Told : Tale;

    public sealed class Untold : Tale;

    public sealed class OnlyRead
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
        public int Number { get; set; }
    }

    public sealed class OnlyWritten
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenReading)]
        public int Number { get; set; }
    }

    public static TheoryData<Type, string> Refused => new()
    {
        { typeof(OnlyPrivate), "._amount is not public" },
        { typeof(GetOnly), ".Name would be written and could not be read back" },
        { typeof(PrivateSetter), ".Name would be written and could not be read back" },
        { typeof(Internal), ".Code is not public" },
        { typeof(ReadOnlyField), ".Number would be written and could not be read back" },
        { typeof(Notifies), ".Done is a System.Action, which is no value" },
        { typeof(Reads), ".Streams[] is a System.IO.Stream, which is no value" },
        { typeof(Bag), ".Name stands in a collection" },
        { typeof(IShape), "JSON does not tell of which class it was" },
        { typeof(NoConstructor), "has no constructor that JSON could call" },
        { typeof(nint), "which is no value" },
        { typeof(Stack<int>), "upside down" },
        { typeof(System.Numerics.BigInteger), "is not public" },
        { typeof(Hiding), ".Number is hidden" },
        { typeof(Remembering), "._times is not public" },
        { typeof(Noting), "._notes is not public" },
        { typeof(Set), "._times is not public" },
        { typeof(Tale), "Untold has no discriminator" },
        { typeof(OnlyRead), ".Number is not written" },
        { typeof(IReadOnlySet<string>), "cannot be read back" },
        { typeof(System.Collections.ObjectModel.ReadOnlyCollection<int>), "cannot be read back" },
        { typeof(System.Collections.ObjectModel.ReadOnlyDictionary<string, int>), "cannot be read back" },
        { typeof(System.Collections.Frozen.FrozenSet<int>), "cannot be read back" },
        { typeof(ArraySegment<byte>), "cannot be read back" },
        { typeof(System.Collections.BitArray), "cannot be read back" },
        { typeof(System.Text.StringBuilder), "and not the text" },
        { typeof(OnlyWritten), ".Number would be written and could not be read back" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_json_would_lose_is_refused_by_name_when_the_engine_starts(Type type, string why)
    {
        foreach (var (workflow, place) in ((Type, string)[])[(typeof(Takes<>), "its input"), (typeof(Gives<>), "its result"), (typeof(Asked<>), "'All'")])
        {
            var made = workflow.MakeGenericType(type);
            var refusal = await Assert.ThrowsAsync<HoldfastException>(() => World.StartAsync([made]));
            Assert.Equal(HoldfastError.InvalidWorkflow, refusal.Error);
            Assert.Contains(made.ToString(), refusal.Message, StringComparison.Ordinal);
            Assert.Contains(place, refusal.Message, StringComparison.Ordinal);
            Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
            Assert.Contains(type.Name, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(typeof(Takes<IShape>), ": IShape is an interface, and JSON does not tell of which class it was.")]
    [InlineData(typeof(Takes<Form>), ": Form is abstract, and JSON does not tell of which class it was.")]
    [InlineData(typeof(Takes<List<IShape>>), "[] is a Holdfast.Tests.Runs.JsonBorderTests+IShape, and JSON does not tell of which class it was.")]
    public async Task What_has_no_class_is_called_what_it_is(Type workflow, string why) =>
        Assert.Contains(why, (await Assert.ThrowsAsync<HoldfastException>(() => World.StartAsync([workflow]))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_step_by_name_that_takes_it_is_refused_too()
    {
        var refusal = await Assert.ThrowsAsync<HoldfastException>(() => World.StartAsync([typeof(Gives<int>)], configure: static builder => builder.AddStep<GetOnly, int>("lossy", static (_, _) => Task.FromResult(1))));
        Assert.Equal(HoldfastError.InvalidPayload, refusal.Error);
        Assert.Contains("'lossy'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("GetOnly.Name", refusal.Message, StringComparison.Ordinal);
    }

    public sealed record Whole(int Number, string? Word = null)
    {
        [JsonIgnore]
        public string Cached { get; } = "may be lost";

        public int Twice => Number * 2;

        public Dictionary<string, KeyValuePair<int, Guid>> Table { get; init; } = [];

        public JsonElement Any { get; init; }

        public Animal? Pet { get; init; }

        [JsonInclude]
        internal int Included { get; set; }

        [JsonIgnore]
        readonly object _gate = new();
    }

    public sealed class HandMade
    {
        int _number;

        public int Number
        {
            get => _number;
            set => _number = value;
        }
    }

    public sealed class Built
    {
        readonly decimal _amount;

        [JsonConstructor]
        public Built(decimal amount) => _amount = amount;

        public decimal Amount => _amount;
    }

    public sealed class Filled
    {
        [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
        public List<int> Items { get; } = [];
    }

    [JsonDerivedType(typeof(Dog), "dog")]
    public abstract class Animal
    {
        public string Name { get; set; } = "";
    }

    public class Dog : Animal
    {
        public int Legs { get; set; } = 4;
    }

    public sealed record Derives(int Number, string[] Words)
    {
        readonly int _twice = Number * 2;
        readonly HashSet<string> _known = [.. Words];

        public bool Knows(string word) => _known.Contains(word) && _twice > 0;
    }

    public sealed class SetsMore
    {
        int _number, _twice;

        public int Number
        {
            get => _number;
            set => Keep(value);
        }

        void Keep(int value)
        {
            _number = value;
            _twice = _number * 2;
        }

        public int Twice() => _twice;
    }

    public class Virtual
    {
        public virtual int Number { get; set; }
    }

    public sealed class Overriding : Virtual
    {
        public override int Number { get; set; }
    }

    [JsonConverter(typeof(SelfConverter))]
    public sealed class SelfMade
    {
        internal string Hidden = "";
    }

    sealed class SelfConverter : JsonConverter<SelfMade>
    {
        public override SelfMade Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new() { Hidden = reader.GetString()! };

        public override void Write(Utf8JsonWriter writer, SelfMade value, JsonSerializerOptions options) => writer.WriteStringValue(value.Hidden);
    }

    public static TheoryData<Type> Taken =>
    [
        typeof(Whole), typeof(HandMade), typeof(Built), typeof(Filled), typeof(Animal), typeof(SelfMade), typeof(int?), typeof(object), typeof(Uri), typeof(Version), typeof(DateTimeOffset),
        typeof(IReadOnlyDictionary<string, int[]>), typeof(Tuple<int, string>), typeof(StepOptions), typeof(RunId), typeof(RunInfo), typeof(Secret<string>), typeof(ReadOnlyMemory<byte>),
        typeof(System.Text.Json.Nodes.JsonNode), typeof(HashSet<DayOfWeek>), typeof(System.Collections.Immutable.ImmutableArray<int>), typeof(Nothing),
        typeof(Derives), typeof(SetsMore), typeof(Overriding), typeof(Usual),
    ];

    [Theory]
    [MemberData(nameof(Taken))]
    public async Task What_comes_back_whole_is_taken(Type type)
    {
        await using var world = await World.StartAsync([typeof(Takes<>).MakeGenericType(type), typeof(Gives<>).MakeGenericType(type), typeof(Asked<>).MakeGenericType(type)]);
        Assert.Empty(world.Errors);
    }

    public sealed class Puppy : Dog
    {
        public int Weeks { get; set; }
    }

    public class Plain
    {
        public int Number { get; set; }
    }

    public sealed class Fancy : Plain
    {
        public int More { get; set; }
    }

    public sealed class Renamed : Plain;

    public sealed record Usual(int Count = 3)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public int Retries { get; init; } = 3;

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Note { get; init; } = "none";

        public bool IsOpen { get; init; } = true;
    }

    [Fact]
    public void What_conditions_and_options_would_leave_out_is_written()
    {
        JsonValues json = new(new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, IgnoreReadOnlyProperties = true, IgnoreReadOnlyFields = true });
        Usual usual = new(0) { Retries = 0, Note = null, IsOpen = false };
        Assert.Equal(usual, json.Read<Usual>(json.Write(usual, typeof(Usual), "it"), "it"));
        Built built = new(4.5m);
        Assert.Equal(4.5m, json.Read<Built>(json.Write(built, typeof(Built), "it"), "it").Amount);
    }

    [JsonPolymorphic(UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FallBackToBaseType), JsonDerivedType(typeof(Known), "known")]
    public class Lenient
    {
        public int Number { get; set; }
    }

    public sealed class Known : Lenient;

    public sealed class Unknown : Lenient;

    [Fact]
    public void Of_which_class_a_value_is_comes_through_or_it_is_refused()
    {
        JsonValues json = new(new());
        Assert.IsType<Known>(json.Read<Lenient>(json.Write(new Known(), typeof(Lenient), "it"), "it"));
        foreach (var (value, declared) in ((object, Type)[])[(new Renamed(), typeof(Plain)), (new Unknown(), typeof(Lenient)), (new Puppy(), typeof(Animal))])
        {
            var refused = Assert.Throws<HoldfastException>(() => json.Write(value, declared, "it"));
            Assert.Equal(HoldfastError.InvalidPayload, refused.Error);
            Assert.Contains(value.GetType().Name, refused.Message, StringComparison.Ordinal);
        }
    }

    public sealed class Throwing
    {
        public string What { get; set; } = "";

        public int Number
        {
            get => What == "get" ? throw new InvalidTimeZoneException("no number") : 1;
            set
            {
                if (What == "set" && value > 0) throw new InvalidTimeZoneException("no such number");
            }
        }
    }

    public sealed class Meets : Workflow
    {
        public static readonly Signal<Throwing> Thrown = new("thrown");

        readonly Throwing _kept = new() { What = "get" };

        [Query]
        public Throwing Look() => _kept;

        [Update]
        public Throwing Change(Throwing what) => what;

        public async Durable<Throwing> Run(Throwing input)
        {
            switch (input.What)
            {
                case "call get": await Call<int>("takes", new Throwing { What = "get" }, Once); break;
                case "call set": await Call<int>("takes", new Throwing { What = "set" }, Once); break;
                case "called gives get": await Call<Throwing>("gives", "get", Once); break;
                case "called gives set": await Call<Throwing>("gives", "set", Once); break;
                case "child set": return await Child((Meets w) => w.Run(new() { What = "returns set" }));
                case "renamed": await Call<int>("plain", new Plains { Items = [new Renamed()] }, Once); break;
                case "derived": await Call<int>("plain", new Plains { Items = [new Fancy()] }, Once); break;
                case "waits": return await Receive(Thrown);
                case "returns get": return new() { What = "get" };
                case "returns set": return new() { What = "set" };
            }
            throw new InvalidOperationException("went through");
        }
    }

    public sealed class Plains
    {
        public List<Plain> Items { get; set; } = [];
    }

    static Task<World> MeetAsync() => World.StartAsync([typeof(Meets)], configure: static builder =>
    {
        builder.AddStep<Throwing, int>("takes", static (_, _) => Task.FromResult(1));
        builder.AddStep<Plains, int>("plain", static (_, _) => Task.FromResult(1));
        builder.AddStep<string, Throwing>("gives", static (what, _) => Task.FromResult(new Throwing { What = what }));
    });

    [Theory]
    [InlineData("call get", "no number")]
    [InlineData("call set", "no such number")]
    [InlineData("called gives get", "no number")]
    [InlineData("called gives set", "no such number")]
    [InlineData("child set", "no such number")]
    [InlineData("derived", "stands where a")]
    [InlineData("renamed", "stands where a")]
    [InlineData("returns get", "no number")]
    public async Task What_a_values_own_code_throws_is_a_failure_like_others(string what, string why)
    {
        await using var world = await MeetAsync();
        var run = await world.Client.StartAsync((Meets w) => w.Run(new() { What = what }));
        var failed = await Assert.ThrowsAsync<HoldfastException>(() => world.ResultAsync<Throwing>(run));
        Assert.Equal(HoldfastError.RunFailed, failed.Error);
        Assert.Contains(why, failed.Message, StringComparison.Ordinal);
        if (what is not ("derived" or "renamed")) Assert.Contains("InvalidTimeZoneException", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(world.Errors, static e => e.Contains("could not be run", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_comes_in_and_throws_is_a_dead_letter_and_the_run_waits_on()
    {
        await using var world = await MeetAsync();
        var run = await world.Client.StartAsync((Meets w) => w.Run(new() { What = "waits" }));
        await world.UntilAsync(run, static i => i.Waiting == "signal 'thrown'");
        await run.SignalAsync(Meets.Thrown, new() { What = "set" });
        await world.JournalAsync(run, static l => l.What == "DeadLetter");
        Assert.Contains("InvalidTimeZoneException: no such number", Assert.Single(await world.Client.ListDeadLettersAsync()).Reason, StringComparison.Ordinal);

        async Task<HoldfastException> RefusedAsync(Func<Task> call) => await Assert.ThrowsAsync<HoldfastException>(call);
        Assert.Equal(HoldfastError.InvalidPayload, (await RefusedAsync(() => run.SignalAsync(Meets.Thrown, new() { What = "get" }))).Error);
        Assert.Equal(HoldfastError.InvalidPayload, (await RefusedAsync(() => run.QueryAsync(w => w.Look()))).Error);
        Assert.Equal(HoldfastError.UpdateRejected, (await RefusedAsync(() => run.UpdateAsync(w => w.Change(new() { What = "set" })))).Error);
        Assert.Equal(HoldfastError.InvalidPayload, (await RefusedAsync(() => world.Client.StartAsync((Meets w) => w.Run(new() { What = "get" })))).Error);
        Assert.Equal(HoldfastError.InvalidPayload, (await RefusedAsync(() => run.SignalAsync(new Signal<GetOnly>("thrown"), new()))).Error);

        await run.SignalAsync(Meets.Thrown, new() { What = "good" });
        Assert.Equal("good", (await world.ResultAsync<Throwing>(run)).What);
    }

    [Fact]
    public async Task An_input_that_throws_when_it_is_read_fails_the_run()
    {
        await using var world = await MeetAsync();
        var run = await world.Client.StartAsync((Meets w) => w.Run(new() { What = "set" }));
        var failed = await Assert.ThrowsAsync<HoldfastException>(() => world.ResultAsync<Throwing>(run));
        Assert.Contains("InvalidTimeZoneException: no such number", failed.Message, StringComparison.Ordinal);
    }
}
