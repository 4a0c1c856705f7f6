using System.Text;
using System.Text.RegularExpressions;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Tests.Retention.Notices;

/// <summary>
/// What somebody has who copied every file: any number that may be a private key is tried on every batch, whatever file
/// it lies in and whatever it is for.
/// </summary>
internal static partial class KeptAside
{
    /// <summary>
    /// Copies every file of a folder but those of private day keys, which nobody but their holders has.
    /// </summary>
    public static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            if (!file.EndsWith(StoreFolder.KeySetEnding, StringComparison.Ordinal) && !IsSocket(file))
            {
                string copy = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
    }

    /// <summary>Sections of a batch that anything in these folders opens.</summary>
    public static SectionSet Opened(KeySet device, ReadOnlyMemory<byte> statement, SealedBatch batch, string[] folders)
    {
        var rules = new ReaderRules(device.Device, default, int.MaxValue);
        CertifiedEpoch.TryVerify(statement, device.DeviceKey, rules, out CertifiedEpoch? epoch);
        BatchCheck.TryVerify(batch.Bytes, _ => epoch, rules, out VerifiedBatch? verified);
        Refusal refusal = new RowOpener(Keys(folders)).TryOpen(
            verified!, SectionSet.Both, out _, out SectionSet opened);
        return refusal == Refusal.None ? opened : default;
    }

    /// <summary>Files in which these bytes stand.</summary>
    public static string[] FilesWith(byte[] wanted, string folder) =>
    [
        .. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => !IsSocket(file) && File.ReadAllBytes(file).AsSpan().IndexOf(wanted) >= 0)
            .Select(file => Path.GetRelativePath(folder, file))
            .Order(StringComparer.Ordinal),
    ];

    private static List<RecipientKey> Keys(string[] folders)
    {
        var keys = new List<RecipientKey>();
        foreach (string folder in folders)
        {
            foreach (string file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
            {
                string text = IsSocket(file) ? "" : Encoding.Latin1.GetString(File.ReadAllBytes(file));
                foreach (Match match in Scalar().Matches(text))
                {
                    Add(keys, Convert.FromHexString(match.Value));
                }
            }
        }

        return keys;
    }

    private static void Add(List<RecipientKey> keys, byte[] scalar)
    {
        try
        {
            keys.Add(RecipientKey.FromPrivate(1, 0, KeyRole.WardenA, scalar));
            keys.Add(RecipientKey.FromPrivate(2, 0, KeyRole.WardenA, scalar));
        }
        catch (ArgumentException)
        {
            // A hash or a public point, and no number that could be a key.
        }
    }

    private static bool IsSocket(string file) =>
        file.EndsWith(".sock", StringComparison.Ordinal) || file.EndsWith(".lock", StringComparison.Ordinal);

    [GeneratedRegex("(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")]
    private static partial Regex Scalar();
}
