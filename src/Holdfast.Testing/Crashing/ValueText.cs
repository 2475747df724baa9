using System.Collections;
using System.Globalization;
using System.Text;

namespace Holdfast.Testing;

/// <summary>A value as a person would want to read it in the message of a failed test: short, and two different ones different where they fit.</summary>
static class ValueText
{
    const int DepthMax = 5;
    const int ItemsMax = 20;
    const int LengthMax = 400;

    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Write(text, value, DepthMax);
        return text.Length <= LengthMax ? text.ToString() : $"{text.ToString(0, LengthMax)}…";
    }

    static void Write(StringBuilder text, object? value, int depth)
    {
        if (text.Length > LengthMax) return;
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case string word:
                text.Append('"').Append(word).Append('"');
                break;
            case Delegate code:
                text.Append(SnapshotReader.NameOf(code.Method.Name) ?? code.Method.Name);
                break;
            case Durable durable:
                text.Append(durable.Describe());
                break;
            case Exception error:
                text.Append(error.GetType().Name).Append(": ").Append(error.Message);
                break;
            case DateTime or DateTimeOffset:
                text.Append(((IFormattable)value).ToString("O", CultureInfo.InvariantCulture));
                break;
            case IFormattable plain when value.GetType().IsValueType:
                text.Append(plain.ToString(null, CultureInfo.InvariantCulture));
                break;
            case bool or Type or Uri or Version:
                text.Append(value);
                break;
            case IEnumerable items:
                WriteItems(text, items, depth);
                break;
            default:
                WriteFields(text, value, depth);
                break;
        }
    }

    static void WriteItems(StringBuilder text, IEnumerable items, int depth)
    {
        if (depth == 0)
        {
            text.Append("[…]");
            return;
        }
        text.Append('[');
        var count = 0;
        foreach (var item in items)
        {
            if (count++ > 0) text.Append(", ");
            if (count > ItemsMax)
            {
                text.Append('…');
                break;
            }
            Write(text, item, depth - 1);
        }
        text.Append(']');
    }

    static void WriteFields(StringBuilder text, object value, int depth)
    {
        text.Append(value.GetType().Name);
        if (depth == 0) return;
        text.Append(" { ");
        var isFirst = true;
        foreach (var field in SnapshotReader.Fields(value.GetType()))
        {
            if (!isFirst) text.Append(", ");
            isFirst = false;
            text.Append(SnapshotReader.NameOf(field.Name) ?? field.Name).Append(" = ");
            Write(text, field.GetValue(value), depth - 1);
        }
        text.Append(" }");
    }
}
