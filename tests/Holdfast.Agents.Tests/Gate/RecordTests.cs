using System.Globalization;
using System.Text;

namespace Holdfast.Agents.Tests;

/// <summary>What was written canonically comes back as the same record, for every type that has a JSON form.</summary>
public sealed class RecordTests
{
    public sealed record Everything(
        bool Bool, sbyte SByte, byte Byte, short Short, ushort UShort, int Int, uint UInt, long Long, ulong ULong, float Float, double Double, decimal Decimal, string Text, Speed Speed, Guid Guid, DateOnly Date,
        DateTimeOffset Moment, DateTime Utc, int? MaybeInt, string? MaybeText, Speed? MaybeSpeed, Weight? MaybeWeight, Address? MaybeAddress);

    public sealed record Collections(int[] Array, List<string?> List, IReadOnlyList<Weight> Weights, IEnumerable<decimal?> Decimals, Dictionary<string, Address> Map, IReadOnlyDictionary<string, int[]>? Lists);

    public sealed class Mutable
    {
        public required string Name { get; set; }

        public int Count { get; set; } = 7;

        public Speed? Speed { get; init; } = Tests.Speed.Fast;
    }

    static readonly Tool<Everything> All = new("all", 1, "Takes everything.");
    static readonly Tool<Collections> Many = new("many", 1, "Takes collections.");
    static readonly Tool<Mutable> Plain = new("plain", 1, "Takes a class.");
    static readonly Gate Gate = new([All, Many, Plain], [All.Admit("all", static _ => true), Many.Admit("many", static _ => true), Plain.Admit("plain", static _ => true)]);

    [Fact]
    public void Random_records_come_back()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var all = NewEverything(random);
            Assert.Equal(all, Back(All, all));
            var many = NewCollections(random);
            var back = Back(Many, many);
            Assert.Equal(Encoding.UTF8.GetString(new Call(Many, many).CanonicalArguments()), Encoding.UTF8.GetString(new Call(Many, back).CanonicalArguments()));
            Assert.Equal(many.Array, back.Array);
            Assert.Equal(many.List, back.List);
            Assert.Equal(many.Weights, back.Weights);
            Assert.Equal(many.Decimals, back.Decimals);
            Assert.Equal(many.Map, back.Map);
            Assert.Equal(many.Lists?.Keys.Order(), back.Lists?.Keys.Order());
        }
    }

    [Fact]
    public void Damaged_arguments_of_every_type_get_a_verdict_of_the_types()
    {
        var (admitted, mended) = (0, 0);
        for (var seed = 0; seed < 20_000; seed++)
        {
            var (random, damage) = (new Random(seed), new Damage(seed));
            Call whole = seed % 2 == 0 ? new(All, NewEverything(random)) : new(Many, NewCollections(random));
            var verdict = Gate.Decide(whole.Tool.Name, damage.Of(whole.CanonicalArguments()), 1);
            var (arm, content) = verdict.Taken();
            // Nothing was refused, so nothing threw: not the gate, not a converter.
            Assert.True(arm is "admit" or "repair", $"seed {seed}: {content}");
            if (content is Call call)
            {
                admitted++;
                Assert.Equal("admit", Gate.Decide(call.Tool.Name, call.CanonicalArguments(), 0).Arm());
            }
            else mended++;
        }
        Assert.True(admitted > 200 && mended > 2_000, $"{admitted} admitted, {mended} sent back");
    }

    [Theory]
    [InlineData("""{"name":"a"}""", 7, Speed.Fast)]
    [InlineData("""{"count":1,"name":"a","speed":null}""", 1, null)]
    [InlineData("""{"speed":"Slow","name":"a"}""", 7, Speed.Slow)]
    public void What_is_left_out_keeps_what_the_class_begins_with(string text, int count, Speed? speed)
    {
        Assert.True(Admitted("plain", text).Is(Plain, out var made));
        Assert.Equal(("a", count, speed), (made.Name, made.Count, made.Speed));
    }

    [Theory]
    [InlineData("1e3", 1000)]
    [InlineData("25.0", 25)]
    [InlineData("-0", 0)]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("-21474836480e-1", int.MinValue)]
    public void A_whole_number_is_one_however_it_is_written(string number, int value)
    {
        Assert.True(Admitted("plain", $"{{\"name\":\"\",\"count\":{number}}}").Is(Plain, out var made));
        Assert.Equal(value, made.Count);
    }

    [Fact]
    public void A_decimal_that_would_be_rounded_goes_back()
    {
        var verdict = Payments.InCode.Decide("pay", """{"invoice":"A-1","currency":"EUR","amount":0.00000000000000000000000000001}"""u8, 1);
        Assert.Equal(GateStage.Record, verdict.Stage);
        Assert.Equal(["/amount has more digits than a decimal can hold"], ((Repair)verdict.Taken().Content).Flaws.Select(static f => f.ToString()));
    }

    [Fact]
    public void Threads_do_not_disturb_each_other() => Parallel.For(0, 8, static thread =>
    {
        for (var i = 0; i < 2_000; i++)
        {
            var amount = ((i + thread) % 120) + 1;
            var verdict = Payments.InCode.Decide(Payments.Text(amount, i % 3 == 0 ? ",\"unknown\":1" : ""), 1);
            Assert.Equal(i % 3 == 0 ? "repair" : amount > 50 ? "approve" : "admit", verdict.Arm());
            if (verdict.Taken().Content is Call call) Assert.Equal(amount, ((Payment)call.Arguments).Amount);
        }
    });

    static T Back<T>(Tool<T> tool, T value)
        where T : notnull
    {
        Assert.True(Admitted(tool.Name, Encoding.UTF8.GetString(new Call(tool, value).CanonicalArguments())).Is(tool, out var back));
        return back;
    }

    static Call Admitted(string tool, string arguments)
    {
        var (_, content) = Gate.Decide(tool, Encoding.UTF8.GetBytes(arguments), 0).Taken();
        return content as Call ?? throw new InvalidOperationException($"{content} {arguments}");
    }

    static Everything NewEverything(Random random)
    {
        var bytes = new byte[64];
        random.NextBytes(bytes);
        var moment = new DateTimeOffset(random.NextInt64(TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay), TimeSpan.FromMinutes(random.Next(-840, 841)));
        return new(
            random.Next(2) == 0, (sbyte)bytes[0], bytes[1], BitConverter.ToInt16(bytes, 2), BitConverter.ToUInt16(bytes, 4), BitConverter.ToInt32(bytes, 6), BitConverter.ToUInt32(bytes, 10), BitConverter.ToInt64(bytes, 14),
            BitConverter.ToUInt64(bytes, 22), (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-40, 38))), (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-300, 300)),
            new(random.Next(), random.Next(), random.Next(), random.Next(2) == 0, (byte)random.Next(29)), Text(random), (Speed)random.Next(3), new(bytes.AsSpan(30, 16)), DateOnly.FromDayNumber(random.Next(DateOnly.MaxValue.DayNumber)),
            moment, moment.UtcDateTime, Maybe(random, (int?)random.Next()), Maybe(random, Text(random)), Maybe(random, (Speed?)random.Next(3)), Maybe(random, (Weight?)new Weight(random.Next(100))), Maybe(random, new Address(Text(random, 40), "DE", Maybe(random, "1"))));
    }

    static Collections NewCollections(Random random) => new(
        Some(random, static r => r.Next(-5, 5)), [.. Some(random, static r => Maybe(r, Text(r)))], Some(random, static r => new Weight(r.NextDouble())), Some(random, static r => Maybe(r, (decimal?)r.Next())),
        Some(random, static r => Text(r)).Distinct().ToDictionary(static name => name, static name => new Address("x", "FR", name)),
        Maybe(random, Some(random, static r => r.Next(99)).Distinct().ToDictionary(static i => i.ToString(CultureInfo.InvariantCulture), i => Some(random, static r => r.Next()))));

    static T[] Some<T>(Random random, Func<Random, T> next) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => next(random))];

    static T? Maybe<T>(Random random, T? value) => random.Next(3) == 0 ? default : value;

    static string Text(Random random, int max = 30)
    {
        string[] pieces = ["a", "Ω", "\"", "\\", "\n", "\0", "\u001f", "😀", "/", "\u2028", "é", " ", "{", "\u200b"];
        return string.Concat(Enumerable.Range(0, random.Next(max)).Select(_ => pieces[random.Next(pieces.Length)]));
    }
}
