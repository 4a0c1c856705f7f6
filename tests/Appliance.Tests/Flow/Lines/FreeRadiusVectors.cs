using System.Text.RegularExpressions;
using Appliance.Flow.Lines;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Flow.Lines;

/// <summary>
/// The protocol vectors of FreeRADIUS: bytes and what its own decoder says of them. Attributes are put into an
/// Accounting-Request of ours; every field that this decoder knows must read as theirs, every error must be refused.
/// </summary>
internal static partial class FreeRadiusVectors
{
    /// <summary>Compares all vectors; returns how many.</summary>
    public static int Compare()
    {
        string folder = Path.Combine(
            Checkout.Data("freeradius")!, "src", "tests", "unit", "protocols", "radius");
        int compared = 0;
        foreach (string file in Directory.EnumerateFiles(folder, "*.txt").Order(StringComparer.Ordinal))
        {
            string last = "";
            string command = "";
            foreach (string line in File.ReadLines(file))
            {
                if (line.StartsWith("match", StringComparison.Ordinal))
                {
                    string said = line[5..].Trim();
                    compared += Compare(command, ref last, said, file) ? 1 : 0;
                    command = "";
                }
                else if (Command().IsMatch(line))
                {
                    command = line;
                }
            }
        }

        return compared;
    }

    private static bool Compare(string command, ref string last, string said, string file)
    {
        if (command.StartsWith("encode-pair", StringComparison.Ordinal))
        {
            last = Hex().IsMatch(said) ? said : "";
            return false;
        }

        string text = command[(command.IndexOf(' ') + 1)..].Trim();
        string hex = (text == "-" ? last : text).Replace(" ", "");
        if (!Hex().IsMatch(hex))
        {
            return false;
        }

        byte[] bytes = Convert.FromHexString(hex);
        string where = $"{Path.GetFileName(file)}: {command[..Math.Min(60, command.Length)]}";
        if (command.StartsWith("decode-proto", StringComparison.Ordinal)
            && said.StartsWith("ERROR", StringComparison.Ordinal))
        {
            Assert.False(Decode(bytes, new LineTally(), new LineEvent()), where);
            return true;
        }

        CompareFields(bytes.Length > 20 && command.StartsWith("decode-proto", StringComparison.Ordinal)
            ? bytes[20..] : bytes, said, where);
        return true;
    }

    private static void CompareFields(byte[] attributes, string said, string where)
    {
        byte[] packet = [4, 1, 0, 0, .. new byte[16], 40, 6, 0, 0, 0, 1, .. attributes];
        (packet[2], packet[3]) = ((byte)(packet.Length >> 8), (byte)packet.Length);
        LineTally tally = new();
        LineEvent heard = new();
        bool isTaken = Decode(packet, tally, heard);
        Assert.True(isTaken != said.StartsWith("ERROR", StringComparison.Ordinal), where);
        if (said.Contains('{'))
        {
            // Names inside another attribute are none of this decoder's.
            return;
        }

        Expect("User-Name", heard.User);
        Expect("Called-Station-Id", heard.Called);
        Expect("NAS-Port", heard.Port);
        Expect("NAS-IPv6-Address", heard.Server);
        string mac = Named("Calling-Station-Id").Replace('-', ':').ToLowerInvariant();
        Assert.True(mac.Length == 0 || mac == heard.Mac, where);
        string address = Named("NAS-IP-Address");
        Assert.True(address.Length == 0 || said.Contains("NAS-IPv6") || address == heard.Server, where);
        foreach (string held in (string[])["Framed-IP-Address", "Framed-IPv6-Prefix", "Delegated-IPv6-Prefix"])
        {
            string prefix = Named(held);
            prefix = prefix.Length == 0 || prefix.Contains('/') ? prefix : prefix + "/32";
            bool isOne = IpPrefix.TryParse(prefix, out IpPrefix parsed) && Prefixes.IsNarrow(parsed)
                && prefix is not ("255.255.255.254/32" or "255.255.255.255/32");
            Assert.True(!isOne || heard.Addresses.Contains(parsed), $"{where}: {prefix}");
        }

        void Expect(string name, string found)
        {
            string value = Named(name);
            Assert.True(value.Length == 0 || value == found, $"{where}: {name} is {value}, not {found}");
        }

        string Named(string name)
        {
            Match match = Regex.Match(said, $"(^|[ ,]){Regex.Escape(name)} = \"?(?<value>[^\",]+)");
            return match.Success ? match.Groups["value"].Value : "";
        }
    }

    private static bool Decode(byte[] packet, LineTally tally, LineEvent heard) =>
        new RadiusDecoder(tally).TryDecode(packet, default, Ip.FromV4(1), 1, heard);

    [GeneratedRegex("^(encode-pair|decode-pair|decode-proto) ")]
    private static partial Regex Command();

    [GeneratedRegex("^[0-9a-fA-F ]+$")]
    private static partial Regex Hex();
}
