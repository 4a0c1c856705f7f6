using Appliance.Supervisor.Update;

namespace Appliance.Supervisor.SelfTest;

/// <summary>
/// One signature whose verdict is published: RFC 6979, appendix A.2.5, the message "sample" under SHA-256. Arithmetic
/// on unsigned numbers is where an interpreter differs first.
/// </summary>
internal static class SignatureCheck
{
    /// <summary>The public half of a key whose private half stands in the RFC.</summary>
    public const string Key = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
        + "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299";

    private const string Signature = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
        + "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8";

    /// <summary>The verdict on it; one bit of it changed where asked for.</summary>
    public static int Verdict(bool spoilt)
    {
        byte[] message = new byte[] { 0x73, 0x61, 0x6D, 0x70, 0x6C, 0x65 };
        byte[] hash = new byte[32];
        Sha256 sha = new Sha256();
        sha.Begin();
        sha.Add(message, 0, message.Length);
        sha.End(hash);
        byte[] signature = Bytes(Signature);
        signature[40] ^= (byte)(spoilt ? 1 : 0);
        P256Verifier verifier = new P256Verifier();
        verifier.Begin(Bytes(Key), hash, signature, 0);
        while (verifier.Verdict == P256Verifier.Working)
        {
            verifier.Step(1);
        }

        return verifier.Verdict;
    }

    /// <summary>Bytes of hexadecimal capitals.</summary>
    public static byte[] Bytes(string hex)
    {
        byte[] bytes = new byte[hex.Length / 2];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)((Digit(hex[2 * i]) << 4) | Digit(hex[(2 * i) + 1]));
        }

        return bytes;
    }

    private static int Digit(char digit) => digit <= '9' ? digit - '0' : digit - 'A' + 10;
}
