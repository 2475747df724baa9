using FsCheck;
using FsCheck.Fluent;

namespace Holdfast.Agents.Tests;

/// <summary>Messages of every kind, with texts that are hard on encoders.</summary>
static class Messages
{
    static readonly Gen<string> Character = Gen.OneOf(
        Gen.Elements("a", "B", "7", " ", "\"", "\\", "/", "{", "}", "\n", "\r", "\t", "\0", "\u001f", "\u007f", "\u00e9", "\u200b", "\u2028", "\ufeff", "\ufffd", "\ud83d\ude00", "<", "&", "'"),
        ArbMap.Default.GeneratorFor<char>().Where(static c => !char.IsSurrogate(c)).Select(static c => c.ToString()));

    static readonly Gen<string> Text = Character.ListOf().Select(static characters => string.Concat(characters));

    static readonly Gen<string> Id = Gen.Elements("call_", "toolu_01-", "functions.pay:", "~").SelectMany(static prefix => Gen.Choose(0, 999_999).Select(n => $"{prefix}{n}"));

    static readonly Gen<string> Name = Gen.Elements("pay", "write_note", "A-9", new string('x', 64));

    static readonly Gen<string> Arguments = Gen.Elements(
        "{}", """{"b":1.50,"a":[null,true,{"z":"\u00e9","y":"\ud83d\ude00"}]}""", """{ "amount" : 1e400 , "note" : "\u0000\"\\" }""", string.Concat(Enumerable.Repeat("{\"a\":", 63)) + "{}" + new string('}', 63));

    public static readonly Gen<Message> Any = Gen.OneOf(
        Text.Select(static text => (Message)new UserMessage(text)),
        Text.Zip(Text, static (text, from) => (Message)new UserMessage(text, from)),
        Text.SelectMany(static text => Calls().Select(calls => (Message)new AssistantMessage(text, calls))),
        Result(),
        Text.Select(static text => (Message)new Note(text)));

    public static Gen<ToolCall[]> Calls() =>
        Id.Zip(Name, static (id, name) => (Id: id, Name: name)).SelectMany(static call => Arguments.Select(arguments => new ToolCall(call.Id, call.Name, arguments)))
            .ListOf().Select(static calls => calls.DistinctBy(static c => c.Id).ToArray());

    static Gen<Message> Result() =>
        Id.Zip(Name, static (id, name) => (Id: id, Name: name)).SelectMany(static call => Text.SelectMany(text => Gen.Elements(true, false).Select(isError => (Message)new ToolResult(call.Id, call.Name, text, isError))));
}
