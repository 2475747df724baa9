using System.Security.Cryptography;
using Claims;
using ModelDouble;

namespace ClaimsDesk;

/// <summary>
/// The hashes of the ledgers, taken when all who write them have ended, in the form that <c>sha256sum -c</c> reads. Whatever is changed afterwards shows, also where no other book knows better: by somebody who does not
/// change the seal as well.
/// </summary>
static class LedgerSeal
{
    public const string FileName = "books.seal";

    public static readonly IReadOnlyList<string> Ledgers = [ProviderLine.FileName, ApproverLine.FileName, OperatorLine.FileName, DoubleLine.FileName];

    public static void Put(string directory) => File.WriteAllText(Path.Combine(directory, FileName), Of(directory));

    /// <summary>A sentence for each ledger that is not as it was sealed.</summary>
    public static IEnumerable<string> Broken(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path)) return [$"{FileName} is missing: nobody knows whether the ledgers are as they were when they were closed"];
        string[] sealedThen = File.ReadAllText(path).Split('\n'), now = Of(directory).Split('\n');
        return sealedThen.SequenceEqual(now) ? [] : now.Except(sealedThen).DefaultIfEmpty(FileName).Select(static line => $"{line.Split(' ')[^1]} is not what it was when it was closed");
    }

    static string Of(string directory) => string.Concat(Ledgers.Select(name => $"{HashOf(Path.Combine(directory, name))}  {name}\n"));

    static string HashOf(string path) => Convert.ToHexStringLower(SHA256.HashData(File.Exists(path) ? File.ReadAllBytes(path) : []));
}
