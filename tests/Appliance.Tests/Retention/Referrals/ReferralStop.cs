using Appliance.Retention.Referrals;

namespace Appliance.Tests.Retention.Referrals;

/// <summary>Makes the state that a run leaves when it is stopped within its second group.</summary>
internal static class ReferralStop
{
    /// <summary>
    /// Runs a referral whose state cannot be removed at the end (a link keeps a copy), then cuts the copy: what the
    /// first group wrote and half of the next line.
    /// </summary>
    /// <returns>Path of the state.</returns>
    public static string StateAfterFirstGroup(ReferralWorld referral, string[] lines)
    {
        string state = Path.Combine(referral.Out, ReferralState.FileName);
        string copy = state + ".copy";
        Directory.CreateDirectory(referral.Out);
        File.Delete(copy);
        File.WriteAllText(state, "");
        Link(state, copy);
        referral.Refer(lines, "--out", referral.Out);
        string[] written = File.ReadAllLines(copy);
        File.WriteAllText(
            state, string.Join('\n', written.Take(1 + Math.Min(15, lines.Length))) + "\n{\"Row\":16,\"Ca");
        File.Delete(copy);
        return state;
    }

    // A second name of the same file: it stays when the first is removed.
    private static void Link(string file, string name)
    {
        using var made = System.Diagnostics.Process.Start("ln", [file, name]);
        made.WaitForExit();
        if (made.ExitCode != 0)
        {
            throw new IOException($"ln {file} {name} failed");
        }
    }
}
