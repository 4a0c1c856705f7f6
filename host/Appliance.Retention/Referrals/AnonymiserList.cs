using Appliance.Retention.AddressPlan;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Referrals;

/// <summary>
/// Addresses from which many strangers send: VPN services and Tor exits, a prefix a line, as their lists have them. An
/// address of ours may be among them (an exit run by a customer): then the line behind it is not the sender's either.
/// </summary>
internal sealed class AnonymiserList
{
    public static readonly AnonymiserList Empty = new([]);

    private readonly PrefixTable<string> prefixes = new();

    private AnonymiserList(List<(IpPrefix Range, string Text)> all) =>
        all.ForEach(entry => prefixes.Add(entry.Range, entry.Text));

    /// <summary>Reads a list; lines that begin with # are passed over.</summary>
    /// <exception cref="ArchiveException">It cannot be read, or a line is no prefix.</exception>
    public static AnonymiserList Read(string file)
    {
        var all = new List<(IpPrefix, string)>();
        try
        {
            int number = 0;
            foreach (string line in File.ReadLines(file))
            {
                number++;
                string text = line.Split('#')[0].Trim();
                if (text.Length == 0)
                {
                    continue;
                }

                string whole = text.Contains('/') ? text : text + (text.Contains(':') ? "/128" : "/32");
                if (!IpPrefix.TryParse(whole, out IpPrefix range) || all.Count == Limits.AnonymisersMax)
                {
                    throw new ArchiveException(
                        $"{file}: line {number}: '{text}' is not an address prefix such as 198.51.100.0/24, or the "
                        + $"list is longer than {Limits.AnonymisersMax}; correct it");
                }

                all.Add((range, text));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(
                $"{file} cannot be read: {failure.Message}; give a list of prefixes, one a line", failure);
        }

        return new AnonymiserList(all);
    }

    /// <summary>The prefix that holds an address; null where none does.</summary>
    public string? Find(Ip address) => prefixes.Find(address).FirstOrDefault();
}
