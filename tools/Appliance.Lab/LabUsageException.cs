namespace Appliance.Lab;

/// <summary>
/// The command line or its input cannot be used. The message is one line that says what, where and what to do;
/// the program prints it and ends with <see cref="LabExit.Usage"/>.
/// </summary>
public sealed class LabUsageException : Exception
{
    public LabUsageException()
    {
    }

    public LabUsageException(string message)
        : base(message)
    {
    }

    public LabUsageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
