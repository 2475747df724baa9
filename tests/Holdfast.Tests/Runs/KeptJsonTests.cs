using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Holdfast.Hosting;

namespace Holdfast.Tests.Runs;

/// <summary>What is read at a border says what was kept, or is refused with the place and the reason. Enums stand there by name.</summary>
[SuppressMessage("Naming", "CA1711", Justification = "Flags are what is tested.")]
[SuppressMessage("Naming", "CA1712", Justification = "As people write them.")]
[SuppressMessage("Design", "CA1069", Justification = "Two names of one number are what is tested.")]
[SuppressMessage("Design", "CA1008", Justification = "An enum without a name for 0 is what is tested.")]
public sealed class KeptJsonTests
{
    static readonly JsonValues Json = new(new HoldfastOptions().Json);

    public enum Plain { None, Some, Other = -5 }

    public enum Twice { Draft = 1, Sent = 2, Posted = 2 }

    [Flags]
    public enum Rights { Read = 1, Write = 2, Execute = 4, All = 7, Far = 48 }

    [Flags]
    public enum Wide : ulong { Low = 1, High = 1UL << 63 }

    public enum Masks { Read = 1, Write = 2, Exec = 8, All = 11 }

    public enum MoreMasks { Read = 1, Write = 2, Exec = 8, More = 16, All = 27 }

    public enum Lost { None, Some, Other = -5, Lost = 5 }

    [Flags]
    public enum MoreRights { None, Read = 1, Write = 2, Execute = 4, All = 7, Erase = 8 }

    public enum Listed { Read = 1, Write = 2, Erase = 3, Execute = 4 }

    public enum Tiny : sbyte { Low = -128, One = 1 }

    public enum Empty;

    public enum Small : byte { One = 1 }

    [JsonConverter(typeof(JsonNumberEnumConverter<Own>))]
    public enum Own { Zero, One }

    [Theory]
    [InlineData(Plain.Some, "\"Some\"")]
    [InlineData(Plain.Other, "\"Other\"")]
    [InlineData((Plain)7, "\"7\"")]
    [InlineData((Plain)(-7), "\"-7\"")]
    [InlineData(Twice.Draft, "\"Draft\"")]
    [InlineData(Twice.Posted, "\"Sent=2, Posted=2\"")]
    [InlineData((Twice)3, "\"Draft=1, Sent=2, Posted=2\"")]
    [InlineData(Rights.Read | Rights.Execute, "\"Read, Execute\"")]
    [InlineData(Rights.All, "\"Read, Write, Execute (All=7)\"")]
    [InlineData(Rights.Far, "\"Far=48\"")]
    [InlineData(Rights.Far | Rights.Write, "\"Write, Far=48\"")]
    [InlineData((Rights)16, "\"16\"")]
    [InlineData((Rights)9, "\"Read, 8\"")]
    [InlineData((Rights)0, "\"0\"")]
    [InlineData(Wide.High | Wide.Low, "\"Low, High\"")]
    [InlineData((Wide)(1UL << 62), "\"4611686018427387904\"")]
    [InlineData(Own.One, "1")]
    [InlineData(Masks.All, "\"Read, Write, Exec (All=11)\"")]
    [InlineData(Masks.Read | Masks.Exec, "\"Read, Exec\"")]
    [InlineData((Masks)5, "\"Read, 4\"")]
    [InlineData(Masks.All | (Masks)4, "\"Read, Write, Exec, 4 (All=11)\"")]
    [InlineData(Tiny.Low, "\"Low\"")]
    [InlineData((Tiny)(-3), "\"-3\"")]
    [InlineData((Empty)3, "\"3\"")]
    public void An_enum_is_written_by_names_and_comes_back(Enum value, string written)
    {
        Assert.Equal(written, Encoding.UTF8.GetString(Json.Write(value, value.GetType(), "it")));
        Assert.Equal(value, Json.Read(Encoding.UTF8.GetBytes(written), value.GetType(), "it"));
        var keys = typeof(Dictionary<,>).MakeGenericType(value.GetType(), typeof(int));
        var table = (System.Collections.IDictionary)Activator.CreateInstance(keys)!;
        table.Add(value, 1);
        Assert.Equal(value, Assert.Single(((System.Collections.IDictionary)Json.Read(Json.Write(table, keys, "it"), keys, "it")!).Keys.Cast<object>()));
    }

    [Fact]
    public void Numbers_are_read_as_they_were_written_before_and_names_in_any_form_that_says_the_same()
    {
        Assert.Equal(Plain.Other, Read<Plain>("-5"));
        Assert.Equal(Rights.All, Read<Rights>("7"));
        Assert.Equal(Rights.Read | Rights.Write, Read<Rights>("\"Write,Read\""));
        Assert.Equal(Wide.High, Read<Wide>("9223372036854775808"));
        Assert.Equal([Plain.Some], Read<Dictionary<Plain, int>>("""{"Some":1}""").Keys);
        Assert.Equal([(Plain)7], Read<Dictionary<Plain, int>>("""{"7":1}""").Keys);
    }

    [Theory]
    [InlineData(typeof(Plain), "\"Gone\"", "has no member 'Gone' any more")]
    [InlineData(typeof(Plain), "4294967296", "Plain")]
    [InlineData(typeof(Plain), "1.5", "Plain")]
    [InlineData(typeof(Plain), "true", "Plain")]
    [InlineData(typeof(Small), "256", "Small")]
    [InlineData(typeof(Small), "-1", "Small")]
    [InlineData(typeof(Rights), "\"All\"", "had one bit for 'All', which is 7 now")]
    [InlineData(typeof(Rights), "\"Far=32\"", "had the number 32 for 'Far', which is 48 now")]
    [InlineData(typeof(Rights), "\"Read, Read\"", "has no bit of its own for 'Read' any more")]
    [InlineData(typeof(Twice), "\"Sent=3\"", "had the number 3 for 'Sent', which is 2 now")]
    [InlineData(typeof(Rights), "\"\"", "has no member '' any more")]
    public void Names_that_say_something_else_are_refused(Type type, string kept, string says)
    {
        var refused = Assert.Throws<HoldfastException>(() => Json.Read(Encoding.UTF8.GetBytes(kept), type, "it"));
        Assert.Equal(HoldfastError.InvalidPayload, refused.Error);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Masks.All, typeof(MoreMasks), "had the number 11 for 'All', which is 27 now")]
    [InlineData((Plain)5, typeof(Lost), "calls 5 'Lost' now, which had no name")]
    [InlineData((Rights)9, typeof(MoreRights), "calls 8 'Erase' now, which had no name")]
    [InlineData(Rights.Read | Rights.Write, typeof(Listed), "calls 3 'Erase' now, which had no name")]
    [InlineData(Rights.Execute, typeof(Listed), null)]
    [InlineData((Rights)0, typeof(MoreRights), null)]
    [InlineData((Plain)7, typeof(Lost), null)]
    public void What_another_build_kept_means_what_it_meant_or_is_refused(Enum kept, Type now, string? says)
    {
        Check(Json.Write(kept, kept.GetType(), "it"), now);
        var was = typeof(Dictionary<,>).MakeGenericType(kept.GetType(), typeof(int));
        var table = (System.Collections.IDictionary)Activator.CreateInstance(was)!;
        table.Add(kept, 1);
        Check(Json.Write(table, was, "it"), typeof(Dictionary<,>).MakeGenericType(now, typeof(int)));

        void Check(byte[] written, Type type)
        {
            if (says is null) Json.Read(written, type, "it");
            else Assert.Contains(says, Assert.Throws<HoldfastException>(() => Json.Read(written, type, "it")).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_others_send_by_number_or_by_a_bare_name_is_read()
    {
        Assert.Equal(Lost.Lost, Read<Lost>("5"));
        Assert.Equal(Masks.All, Read<Masks>("\"All\""));
        Assert.Equal(Masks.All, Read<Masks>("\"Read, Write, Exec\""));
        Assert.Equal(Rights.All, Read<Rights>("\"Read, Write, Execute\""));
        Assert.Equal((Twice)3, Read<Twice>("\"Draft, Sent=2\""));
        Assert.Equal(Rights.Far | Rights.Write, Read<Rights>("\"Write, Far=48\""));
        Assert.Equal((Plain)7, Read<Plain>("7"));
    }

    [Fact]
    public void A_converter_of_the_users_writes_enums_as_it_always_did()
    {
        var json = new JsonValues(new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) } });
        Assert.Equal("\"some\"", Encoding.UTF8.GetString(json.Write(Plain.Some, typeof(Plain), "it")));
        Assert.Equal(Plain.Some, json.Read<Plain>("\"some\""u8.ToArray(), "it"));
    }

    [Theory]
    [InlineData("1.50", "1.5", true)]
    [InlineData("1E+2", "100", true)]
    [InlineData("-0", "0", true)]
    [InlineData("0.0010e3", "1", true)]
    [InlineData("12345678901234567.89", "1.2345678901234568E+16", false)]
    [InlineData("1", "-1", false)]
    [InlineData("1e400", "1e401", false)]
    public void Numbers_are_compared_by_what_they_are_worth(string one, string other, bool equal) => Assert.Equal(equal, ExactNumber.AreEqual(one, other));

    public sealed record Note(string Text, int Number = 0);

    public sealed class Trip
    {
        public DateTime Start { get; set; }

        public ImmutableHashSet<string> Stops { get; set; } = [];

        public HashSet<Note> Notes { get; set; } = [];

        public Dictionary<string, object?> Extras { get; set; } = [];

        public double Long { get; set; }

        [JsonIgnore]
        public string? Left { get; set; }

        public DateTime Now => DateTime.UtcNow;
    }

    [Theory]
    [InlineData("""{"start":"2026-01-01T12:00:00+05:30","stops":["b","a"],"notes":[],"extras":{"y":1,"x":[1.0,{}]},"long":1.50}""")]
    [InlineData("""{"LONG":1,"extras":{},"notes":[{"text":"b"},{"number":0,"text":"a"}],"stops":[],"start":"2026-01-01T12:00:00","left":"may be lost"}""")]
    public void What_says_the_same_in_another_form_is_read(string kept) => Read<Trip>(kept);

    [Theory]
    [InlineData("""{"start":"2026-01-01T12:00:00","stops":["a","a"],"notes":[],"extras":{},"long":1}""", "$.stops was kept with 2 items, and would be read with 1")]
    [InlineData("""{"start":"2026-01-01T12:00:00","stops":[],"notes":[{"text":"a","number":1,"more":1}],"extras":{},"long":1}""", "$.notes[0].more is kept, and Holdfast.Tests.Runs.KeptJsonTests+Note has no member of that name")]
    [InlineData("""{"start":"2026-01-01T12:00:00","stops":[],"notes":[],"extras":{},"long":0.1234567890123456789}""", "$.long was kept as 0.1234567890123456789 and would be read as 0.12345678901234568")]
    [InlineData("""{"start":"2026-01-01T12:00:00","stops":[],"extras":{},"long":1}""", "$.notes is not in what was kept")]
    [InlineData("""{"start":"2026-01-01T12:00:00","stops":[],"notes":[],"extras":{},"long":1,"now":"2026-01-01T12:00:00"}""", "$.now is kept")]
    public void What_says_something_else_is_refused_with_its_place(string kept, string says)
    {
        var refused = Assert.Throws<HoldfastException>(() => Read<Trip>(kept));
        Assert.Equal(HoldfastError.InvalidPayload, refused.Error);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_worked_out_is_not_written()
    {
        var written = Encoding.UTF8.GetString(Json.Write(new Trip(), typeof(Trip), "it"));
        Assert.DoesNotContain("now", written, StringComparison.Ordinal);
        Assert.Equal("""{"what":1}""", Encoding.UTF8.GetString(Json.Write(new { What = 1 }, new { What = 1 }.GetType(), "it")));
    }

    [JsonDerivedType(typeof(Card), "card"), JsonDerivedType(typeof(Cash), "cash")]
    public abstract record Payment(decimal Amount);

    public sealed record Card(decimal Amount, string Last4) : Payment(Amount);

    public sealed record Cash(decimal Amount) : Payment(Amount);

    [Fact]
    public void Members_of_derived_classes_are_their_own()
    {
        List<Payment> both = [new Card(1.5m, "1234"), new Cash(2)];
        Assert.Equal(both, Read<List<Payment>>(Encoding.UTF8.GetString(Json.Write(both, typeof(List<Payment>), "it"))));
        var refused = Assert.Throws<HoldfastException>(() => Read<List<Payment>>("""[{"$type":"cash","last4":"1234","amount":1}]"""));
        Assert.Contains("$[0].last4 is kept, and Holdfast.Tests.Runs.KeptJsonTests+Cash has no member", refused.Message, StringComparison.Ordinal);
    }

    public sealed class Open
    {
        public int Total { get; set; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement>? More { get; set; }
    }

    /// <summary>It may be the member that has another name now: then 5 is the total, and not 0.</summary>
    [Fact]
    public void What_a_type_takes_in_without_a_name_for_it_stands_for_no_new_member()
    {
        Assert.Contains("$.total is not in what was kept", Assert.Throws<HoldfastException>(() => Read<Open>("""{"amount":5}""")).Message, StringComparison.Ordinal);
        Assert.Equal(5, Read<Open>("""{"total":5,"amount":6}""").Total);
        Assert.Equal(0, Read<Open>("{}").Total);
    }

    public sealed record Letter(string Text, char Sign, Dictionary<string, int> Words, List<Note> Notes);

    [Theory]
    [InlineData("a\\ud800b", 'x', "w", "n", "$.Text")]
    [InlineData("\\ud83d\\ude00\\ude00", 'x', "w", "n", "$.Text")]
    [InlineData("a\\ud83d", 'x', "w", "n", "$.Text")]
    [InlineData("a", '\udc00', "w", "n", "$.Sign")]
    [InlineData("a", 'x', "\\ud83d", "n", "$.Words")]
    [InlineData("a", 'x', "w", "\\udc00", "$.Notes")]
    [InlineData("a\\ud83d\\ude00", '\ufffd', "\\ud83d\\ude00", "\\ud83d\\ude00\\ud83d\\ude00<", null)]
    public void Half_of_a_character_is_refused_with_its_place(string text, char sign, string word, string note, string? place)
    {
        // What stands in an attribute cannot hold half a character either.
        (text, word, note) = (Regex.Unescape(text), Regex.Unescape(word), Regex.Unescape(note));
        JsonSerializerOptions relaxed = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        foreach (var json in (JsonValues[])[Json, new(relaxed)])
        {
            var letter = new Letter(text, sign, new() { [word] = 1 }, [new(note)]);
            if (place is null)
            {
                var back = json.Read<Letter>(json.Write(letter, typeof(Letter), "it"), "it");
                Assert.Equal((text, sign, word, note), (back.Text, back.Sign, Assert.Single(back.Words).Key, Assert.Single(back.Notes).Text));
                continue;
            }
            var refused = Assert.Throws<HoldfastException>(() => json.Write(letter, typeof(Letter), "It"));
            Assert.Equal(HoldfastError.InvalidPayload, refused.Error);
            Assert.StartsWith($"It cannot be written as JSON: {place}", refused.Message, StringComparison.Ordinal);
            Assert.Contains("half of a surrogate pair", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Keys_that_are_local_times_are_compared_by_their_instant()
    {
        // As another machine has written it, in a zone of its own.
        var read = Read<Dictionary<DateTime, int>>("""{"2026-01-01T12:00:00+05:30":1,"2026-01-01T12:00:00-03:00":2,"2026-02-01T00:00:00":3}""");
        Assert.Equal(1, read[new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.FromHours(5.5)).LocalDateTime]);
        Assert.Equal(2, read[new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.FromHours(-3)).LocalDateTime]);
        Assert.Equal(3, read[new DateTime(2026, 2, 1)]);
        // Two of one instant are one key.
        Assert.Throws<HoldfastException>(() => Read<Dictionary<DateTime, int>>("""{"2026-01-01T12:00:00+05:30":1,"2026-01-01T07:30:00+01:00":2}"""));
    }

    public sealed record Item(int Number, string Text, double Weight, DateTime When, Plain Kind, Guid Id = default, Note? Note = null);

    /// <summary>Each has to find its own among all, none of which is written as it was kept.</summary>
    [Theory]
    [InlineData(typeof(HashSet<Item>), 100_000)]
    [InlineData(typeof(HashSet<(Item, Item[])>), 20_000)]
    [InlineData(typeof(HashSet<Dictionary<Plain, Item>>), 20_000)]
    public void Comparing_a_set_takes_few_comparisons(Type type, int count)
    {
        JsonSerializerOptions options = new(JsonSerializerDefaults.Web) { IncludeFields = true, Converters = { new EnumNames() }, TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver() };
        var item = type.GetGenericArguments()[0];
        var kept = Set(i => Text(item, $$"""{"number":{{i}}.0,"text":"t{{i % 7}}","weight":0,"when":"2026-01-01T12:00:00+02:00","kind":1,"gone":null}"""));
        var again = Set(i => Text(item, $$"""{"number":{{count - 1 - i}},"text":"t{{(count - 1 - i) % 7}}","weight":0,"when":"2026-01-01T10:00:00+00:00","kind":"Some","id":"00000000-0000-0000-0000-000000000000","note":null}"""));
        var compared = 0L;
        Assert.Null(new JsonLoss(options, () => compared++).Between(kept, again, type));
        Assert.InRange(compared, count, 20L * count);

        byte[] Set(Func<int, string> one) => Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, count).Select(one))}]");

        static string Text(Type item, string json) =>
            item == typeof(Item) ? json : item == typeof((Item, Item[])) ? $$"""{"item1":{{json}},"item2":[{{json}}]}""" : $$"""{"Some":{{json}}}""";
    }

    /// <summary>Keys are data; the names of members are not.</summary>
    [Fact]
    public void Keys_are_written_as_they_are()
    {
        var json = new JsonValues(new(JsonSerializerDefaults.Web) { DictionaryKeyPolicy = JsonNamingPolicy.CamelCase });
        var kept = json.Write(new Dictionary<string, int> { ["ABC-1"] = 1 }, typeof(Dictionary<string, int>), "it");
        Assert.Equal("""{"ABC-1":1}""", Encoding.UTF8.GetString(kept));
    }

    static T Read<T>(string kept) => Json.Read<T>(Encoding.UTF8.GetBytes(kept), "it");
}
