using System.Collections.Immutable;
using System.Reflection;
using Holdfast.Tests.Frames.Code;

namespace Holdfast.Tests.Frames.Graph;

/// <summary>Objects that static read-only members hold are the same objects after a restart.</summary>
public class SingletonTests
{
    sealed record Status(string Name, decimal Rate)
    {
        public static readonly Status Gold = new("gold", 0.1m);

        public static Status Iron { get; } = new("iron", 0m);

        public static readonly Status Default = Iron;
    }

    abstract class Shape(string name)
    {
        public static readonly Shape Round = new Circle();

        public static readonly Shape Flat = new Line(2) { Next = Round };

        public string Name { get; } = name;

        public Shape? Next { get; init; }

        public static readonly object Marker = new Circle();

        sealed class Circle() : Shape("round");

        sealed class Line(int width) : Shape("flat")
        {
            public int Width { get; } = width;
        }
    }

    sealed class Option<T>
    {
        public static readonly Option<T> None = new();
    }

    sealed class Rule(string name, Func<int, int> apply, params string[] aliases)
    {
        public static readonly Rule Twice = new("twice", static n => n * 2, "double");

        public readonly string Name = name;
        public readonly Func<int, int> Apply = apply;
        public readonly ImmutableArray<string> Aliases = [.. aliases];
        readonly string[] _more = aliases;

        public int More => _more.Length;
    }

    /// <summary>What a primary constructor captures cannot be marked as read-only; nothing writes to it all the same.</summary>
    sealed class Grade(string name, int rank)
    {
        public static readonly Grade First = new("first", 1);

        public override string ToString() => $"{name} {rank}";
    }

    sealed class Tally(int count)
    {
        public static readonly Tally Shared = new(0);

        public int Next() => ++count;
    }

    sealed class Remote(int count)
    {
        public static readonly Remote Shared = new(0);

        public Action Counter() => () => count++;
    }

    sealed class Knot
    {
        public static readonly Knot Tied = new();

        public readonly Knot Self;

        Knot() => Self = this;
    }

    sealed class Late
    {
        static Late? _only;

        public static Late Only => _only ??= new();
    }

    sealed class Counter
    {
        public static readonly Counter Shared = new();

        public int Count = 1;
    }

    sealed class Cache
    {
        public static readonly Cache Shared = new();

        public readonly Dictionary<int, int> Known = [];
    }

    [Fact]
    public void MembersOfASmartEnumAreThemselves()
    {
        Assert.Same(Status.Gold, Codecs.Copy(Status.Gold));
        Assert.Same(Status.Iron, Codecs.Copy(Status.Iron));
        Assert.Same(Status.Default, Codecs.Copy<object>(Status.Default));
        var copies = Codecs.Copy(new List<Status?> { Status.Gold, null, Status.Gold, new("gold", 0.1m) });
        Assert.Same(Status.Gold, copies[0]);
        Assert.Same(Status.Gold, copies[2]);
        Assert.NotSame(Status.Gold, copies[3]);
        Assert.Equal(Status.Gold, copies[3]);
    }

    [Fact]
    public void MembersOfDerivedClassesAndOfGenericOnesAreThemselves()
    {
        Assert.Same(Shape.Round, Codecs.Copy(Shape.Round));
        Assert.Same(Shape.Flat, Codecs.Copy(Shape.Flat));
        Assert.Same(Shape.Marker, Codecs.Copy(Shape.Marker));
        Assert.Same(Option<int>.None, Codecs.Copy(Option<int>.None));
        Assert.Same(Option<string>.None, Codecs.Copy(Option<string>.None));
        Assert.Same(Knot.Tied, Codecs.Copy(Knot.Tied));
    }

    [Fact]
    public void CapturedParametersThatNothingWritesToDoNotMakeACopyOfThem() => Assert.Same(Grade.First, Codecs.Copy(Grade.First));

    [Fact]
    public void WhatTheyHoldMayBeCodeAndRows()
    {
        var copy = Codecs.Copy(new Dictionary<Rule, int> { [Rule.Twice] = 3 });
        Assert.Same(Rule.Twice, Assert.Single(copy.Keys));
        Assert.Equal(3, copy[Rule.Twice]);
    }

    [Fact]
    public void WhatMayChangeIsTheRunsOwnCopy()
    {
        foreach (var shared in (object[])[Counter.Shared, Cache.Shared, Late.Only, Tally.Shared, Remote.Shared]) Assert.NotSame(shared, Codecs.Copy(shared));
    }

    static object? Member(Assembly assembly, string name) => assembly.GetType("Status")!.GetMember(name, BindingFlags.Static | BindingFlags.Public)[0] switch
    {
        FieldInfo field => field.GetValue(null),
        var property => ((PropertyInfo)property).GetValue(null),
    };

    const string Before = "public sealed record Status(string Name, int Rate) { public static readonly Status Gold = new(\"gold\", 10); public static readonly Status Best = Gold; }";

    static object Move(string before, string after, out Assembly now)
    {
        var old = Compiled.From(before, release: true).Assembly;
        now = Compiled.From(after, release: true).Assembly;
        return Codecs.Fresh(now).DecodeValue<object>(Codecs.Fresh(old).EncodeValue(Member(old, "Gold")));
    }

    [Theory]
    [InlineData("public static readonly Status Gold", "public static readonly Status Iron = new(\"iron\", 2); public static readonly Status Gold")]
    [InlineData("public static readonly Status Gold =", "public static Status Gold { get; } =")]
    [InlineData("string Name, int Rate", "string Name, long Rate")]
    [InlineData("public static readonly Status Best = Gold;", "")]
    [InlineData("string Name, int Rate", "string Name, int Rate, string Note = null")]
    [InlineData("Rate)", "Rate) : Thing")]
    public void AnEditThatLeavesTheObjectAsItIsDoesNotMatter(string old, string @new)
    {
        var read = Move(Before, Before.Replace(old, @new, StringComparison.Ordinal) + " public record Thing;", out var now);
        Assert.Same(Member(now, "Gold"), read);
    }

    [Theory]
    [InlineData("Status Gold = new(\"gold\", 10); public static readonly Status Best = Gold;", "Status Golden = new(\"gold\", 10);", "The static member Gold of Status is gone")]
    [InlineData("(\"gold\", 10)", "(\"gold\", 12)", "The object in the static member Gold of Status had 10 in its field Rate, and has 12 now")]
    [InlineData("(\"gold\", 10)", "(\"old\", 10)", "The object in the static member Gold of Status had 'gold' in its field Name, and has 'old' now")]
    [InlineData("Best = Gold", "Best = new(\"gold\", 10)", "The static members Gold of Status and Best of Status hold two objects now, and held one")]
    [InlineData("static readonly Status Gold", "static Status Gold", "The static member Gold of Status is not read-only any more")]
    [InlineData("int Rate) {", "int Rate) { public int Uses;", "What the static member Gold of Status holds may change now")]
    [InlineData("= new(\"gold\", 10)", "= null", "The static member Gold of Status holds no Status any more")]
    [InlineData("Status(string Name, int Rate)", "Status(string Name, int Rate, int Order = 3)", "The field Order of Status is new")]
    [InlineData("sealed record", "record struct", "The type Status was a class and is a struct now")]
    public void AnEditOfTheObjectNeedsMigration(string old, string @new, string says)
    {
        var error = Assert.ThrowsAny<HoldfastException>(() => Move(Before, Before.Replace(old, @new, StringComparison.Ordinal), out _));
        Assert.Equal(HoldfastError.NeedsMigration, error.Error);
        Assert.StartsWith(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnObjectThatTheSameCodeMakesAnewInEachProcessIsACopy()
    {
        const string Source = "public sealed record Status(string Name) { public static readonly Status Gold = new(System.Guid.NewGuid().ToString()); }";
        var (old, now) = (Compiled.From(Source, release: true), Compiled.From(Source, release: true));
        var read = Codecs.Fresh(now.Assembly).DecodeValue<object[]>(Codecs.Fresh(old.Assembly).EncodeValue(new[] { Member(old.Assembly, "Gold"), Member(old.Assembly, "Gold") }));
        Assert.NotSame(Member(now.Assembly, "Gold"), read[0]);
        Assert.Same(read[0], read[1]);
        Assert.Equal(Member(old.Assembly, "Gold")!.ToString(), read[0].ToString());
    }

    [Fact]
    public void AnObjectThatWasSavedAsACopyIsReadAsOne()
    {
        var before = Before.Replace("static readonly", "static", StringComparison.Ordinal);
        var read = Move(before, Before, out var now);
        Assert.NotSame(Member(now, "Gold"), read);
        Assert.Equal(Member(now, "Gold"), read);
    }

    [Fact]
    public void APlainObjectOfAWorkflowIsItself()
    {
        const string Source = "using Holdfast; public sealed class W : Workflow { public static readonly object None = new(); public async Durable<int> Run(int n) { await Delay(TimeSpan.Zero); return n; } }";
        var (old, now) = (Compiled.From(Source, release: true).Assembly, Compiled.From(Source, release: true).Assembly);
        var none = (Assembly assembly) => assembly.GetType("W")!.GetField("None")!.GetValue(null)!;
        var read = Codecs.Fresh(now).DecodeValue<object[]>(Codecs.Fresh(old).EncodeValue(new[] { none(old), new object() }));
        Assert.Same(none(now), read[0]);
        Assert.NotSame(none(now), read[1]);
        var gone = Compiled.From(Source.Replace("None", "Nothing", StringComparison.Ordinal), release: true).Assembly;
        Assert.StartsWith("The static member None of W is gone", Assert.ThrowsAny<HoldfastException>(() => Codecs.Fresh(gone).DecodeValue<object>(Codecs.Fresh(old).EncodeValue(none(old)))).Message, StringComparison.Ordinal);
    }
}
