using System.Globalization;
using Appliance.Wire;

namespace Appliance.Retention.Referrals;

/// <summary>
/// What an order says of a referral: it names the file by its SHA-256 and its number of lines, in a statement that
/// requester and approver both sign. No line of another file is asked under it, and no line twice.
/// </summary>
/// <param name="Digest">SHA-256 of the file, as <c>sha256sum</c> prints it.</param>
/// <param name="Lines">Lines of the file that ask something.</param>
/// <param name="HasDestinations">Whether what was contacted may be opened for lines that name it.</param>
internal sealed record ReferralOrder(Hash32 Digest, uint Lines, bool HasDestinations)
{
    /// <summary>Id of the statement; its text is what <see cref="Text"/> writes.</summary>
    public const string Statement = "referral";

    private const string WithDestinations = "with destinations";

    /// <summary>The statement's text: <c>DIGEST N lines</c>, or <c>DIGEST N lines with destinations</c>.</summary>
    public string Text => string.Create(
        CultureInfo.InvariantCulture, $"{Digest} {Lines} lines{(HasDestinations ? " " + WithDestinations : "")}");

    /// <summary>The referral that a request names; null for none, or for one that cannot be read.</summary>
    public static ReferralOrder? Of(Request request)
    {
        foreach (RequestStatement statement in request.Statements)
        {
            if (statement.Id == Statement)
            {
                return Read(statement.Text);
            }
        }

        return null;
    }

    private static ReferralOrder? Read(string text)
    {
        string[] words = text.Trim().Split(' ', 4, StringSplitOptions.RemoveEmptyEntries);
        byte[] digest = new byte[Hash32.Size];
        return words.Length >= 3 && words[0].Length == 2 * Hash32.Size && words[2] is "lines" or "line"
            && Convert.FromHexString(words[0], digest, out _, out _) == System.Buffers.OperationStatus.Done
            && uint.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint lines)
            && (words.Length == 3 || words[3] == WithDestinations)
                ? new ReferralOrder(Hash32.FromBytes(digest), lines, words.Length == 4)
                : null;
    }
}
