using System.Runtime.CompilerServices;

namespace Holdfast.Agents;

/// <summary>Which calls have a try under way in this process, of those that one engine makes. Code that does not listen to its token goes on after its try was given up, and after its run has ended. Thread-safe.</summary>
sealed class Tries
{
    /// <summary>By the client, of which an engine has one: whoever asks from outside a run has nothing else of the engine.</summary>
    static readonly ConditionalWeakTable<IHoldfastClient, Tries> s_known = [];

    readonly Dictionary<string, int> _underWay = new(StringComparer.Ordinal);

    public static Tries Of(IHoldfastClient client) => s_known.GetValue(client, static _ => new());

    /// <summary>Those of the engine that is in a container; where there is none, nobody asks from outside.</summary>
    public static Tries In(IServiceProvider services) => services.GetService(typeof(IHoldfastClient)) is IHoldfastClient client ? Of(client) : new();

    /// <summary>A try begins; <see cref="End"/> has to follow.</summary>
    /// <param name="key">The call's key.</param>
    /// <param name="isAlone">Whether no other may be under way.</param>
    /// <returns>Whether it may: false where another one has not ended.</returns>
    public bool TryBegin(string key, bool isAlone)
    {
        lock (_underWay)
        {
            var others = _underWay.GetValueOrDefault(key);
            if (isAlone && others > 0) return false;
            _underWay[key] = others + 1;
            return true;
        }
    }

    public void End(string key)
    {
        lock (_underWay)
        {
            if (--_underWay[key] == 0) _underWay.Remove(key);
        }
    }

    public bool IsUnderWay(string key)
    {
        lock (_underWay) return _underWay.ContainsKey(key);
    }
}
